import Testing

@testable import Tailing

/// Who is read next: tables of what happened, and whose turn it is then.
@Suite struct ReadScheduleTests {
    enum Step {
        /// The follower asks for its next read at a moment.
        case due(Int, Int64)
        /// At a moment it is the turn of a group, or of none.
        case next(Int64, Int?)
        case ended(Int, new: Bool)
        case missing(Int, Int64)
        case sawLines(Int)
        case refused(Int64, wait: Int64, isNews: Bool)
        case answered(Int)
    }

    static let tables: [(String, Double, Int, [Step])] = [
        ("a first read is for everybody, one after the other", 5, 2, [.next(0, 0), .next(0, 1), .next(0, nil)]),
        (
            "no more than four at once", 25, 6,
            [
                .next(0, 0), .next(0, 1), .next(0, 2), .next(0, 3), .next(0, nil), .ended(2, new: true), .due(2, 850),
                .next(39, nil), .next(40, 4),
            ]
        ),
        (
            "lines came: as soon as the follower asks", 5, 1,
            [.next(0, 0), .ended(0, new: true), .due(0, 850), .next(849, nil), .next(850, 0)]
        ),
        (
            "nothing came: later and later, and at once again when lines come", 1, 1,
            [
                .next(0, 0), .ended(0, new: false), .due(0, 700), .next(849, nil), .next(850, 0),
                .ended(0, new: false), .due(0, 1550), .next(2549, nil), .next(2550, 0), .ended(0, new: false),
                .due(0, 3250), .next(4549, nil), .next(4550, 0), .ended(0, new: false), .due(0, 5250), .sawLines(0),
                .next(5249, nil), .next(5250, 0),
            ]
        ),
        (
            "a read is taken when its call may go, not before", 10, 6,
            [
                .next(0, 0), .next(0, 1), .next(0, 2), .next(0, 3), .ended(0, new: true), .ended(1, new: true),
                .ended(2, new: true), .due(0, 10_000), .due(1, 10_000), .due(2, 10_000), .next(99, nil), .next(100, 4),
                .next(150, nil), .next(200, 5),
            ]
        ),
        (
            "the longest overdue first, and those with lines before the quiet ones", 5, 3,
            [
                .next(0, 0), .next(0, 1), .next(0, 2), .ended(0, new: true), .ended(1, new: true), .ended(2, new: false),
                .due(0, 900), .due(1, 850), .due(2, 850), .next(3000, 1), .next(3000, 0), .next(3000, 2),
            ]
        ),
        (
            "a quiet group is not passed over for ever", 5, 2,
            [
                .next(0, 0), .next(0, 1), .ended(0, new: true), .ended(1, new: false), .due(0, 19_900), .due(1, 850),
                .next(20_000, 1), .next(20_000, 0),
            ]
        ),
        (
            "a group that is not there is asked for again after one second, two, four", 5, 1,
            [
                .next(0, 0), .missing(0, 0), .next(999, nil), .next(1000, 0), .missing(0, 1000), .next(2999, nil),
                .next(3000, 0), .missing(0, 3000), .next(6999, nil), .next(7000, 0), .ended(0, new: true), .due(0, 7850),
                .next(7850, 0),
            ]
        ),
        (
            "being refused holds up all, once for reads that ran together, and is news once", 5, 2,
            [
                .next(0, 0), .refused(10, wait: 2000, isNews: true), .refused(20, wait: 1990, isNews: false),
                .next(2009, nil), .next(2010, 1), .refused(2010, wait: 4000, isNews: false), .answered(2),
                .refused(7000, wait: 2000, isNews: false), .answered(25), .refused(20_000, wait: 2000, isNews: true),
            ]
        ),
        ("however often refused, it goes on within five seconds", 5, 1, refusedOften),
    ]

    static let refusedOften: [Step] =
        (0..<30).map { .refused(Int64($0) * 100_000, wait: min(2000 << Int64($0), 5000), isNews: $0 == 0) }
        + [.next(2_905_000, 0)]

    @Test(arguments: tables)
    func turns(name: String, perSecond: Double, groups: Int, steps: [Step]) {
        var schedule = ReadSchedule(perSecond: perSecond)
        var due = [Int64](repeating: .min, count: groups)
        for key in 0..<groups { schedule.add(key) }
        for (index, step) in steps.enumerated() {
            switch step {
            case .due(let key, let moment): due[key] = moment
            case .next(let now, let expected): #expect(schedule.next(now: now) { due[$0] } == expected, "\(name): step \(index)")
            case .ended(let key, let new): schedule.ended(key, foundNew: new)
            case .missing(let key, let now): schedule.missing(key, now: now)
            case .sawLines(let key): schedule.sawLines(key)
            case .refused(let now, let wait, let isNews):
                let answer = schedule.refused(now: now, fraction: 1)
                #expect(answer == (wait, isNews), "\(name): step \(index)")
            case .answered(let times): for _ in 0..<times { schedule.answered() }
            }
        }
    }

    @Test("groups with lines are too many for their Region's calls when each waits for more than two seconds")
    func crowd() {
        for (perSecond, busy, expected) in [
            (22.5, 45, nil), (22.5, 100, .init(groups: 100, seconds: 4)), (9, 10, nil), (9, 19, .init(groups: 19, seconds: 2)),
        ] as [(Double, Int, TailNotice.Crowd?)] {
            var schedule = ReadSchedule(perSecond: perSecond)
            for key in 0..<150 { schedule.add(key) }
            var now: Int64 = 0
            var read: Set<Int> = []
            while read.count < 150 {
                now += 50
                guard let key = schedule.next(now: now, due: { read.contains($0) ? .max : .min }) else { continue }
                read.insert(key)
                schedule.ended(key, foundNew: key < busy)
            }
            #expect(schedule.crowd(now: now) == expected, "\(perSecond) \(busy)")
            #expect(schedule.crowd(now: now + ReadSchedule.liveliness) == nil)
        }
    }

    @Test("a hundred groups with five calls a second: each gets its share, the busy ones most")
    func fairness() {
        var schedule = ReadSchedule(perSecond: 5)
        var due = [Int64](repeating: .min, count: 100)
        var reads = [Int](repeating: 0, count: 100)
        for key in 0..<100 { schedule.add(key) }
        for call in 0..<3000 {
            let now = Int64(call) * 200
            guard let key = schedule.next(now: now, due: { due[$0] }) else { continue }
            reads[key] += 1
            due[key] = now + 850
            // Ten have lines each time, ninety never.
            schedule.ended(key, foundNew: key < 10)
        }
        let busy = reads[..<10]
        let quiet = reads[10...]
        #expect(busy.max()! - busy.min()! <= 2)
        #expect(quiet.max()! - quiet.min()! <= 2)
        #expect(quiet.min()! >= 20 && busy.min()! >= 2 * quiet.max()!, "\(busy.min()!) \(quiet.max()!)")
    }
}

@Suite struct ServerClockTests {
    @Test(
        "AWS's time from what answers say",
        arguments: [
            // Clocks that agree, whatever the phase and the time an answer takes.
            ([(10_000, 10_000, 10_050), (10_000, 10_900, 10_990), (11_000, 11_000, 14_000)], 0),
            // Three minutes ahead of AWS; many answers narrow it down.
            ([(10_000, 190_900, 190_950)], -179_901), ([(10_000, 190_500, 190_550), (11_000, 191_001, 191_040)], -179_501),
            // Behind AWS.
            ([(10_000, 4_000, 4_100)], 5_900), ([(10_000, 4_000, 4_100), (20_000, 13_000, 13_050)], 6_950),
            // Set anew while it runs.
            ([(10_000, 190_900, 190_950), (11_000, 11_000, 11_010)], 0),
            // An answer from before it was asked for says nothing.
            ([(10_000, 20_000, 5_000)], 0),
        ] as [([(Int64, Int64, Int64)], Int64)])
    func offset(answers: [(Int64, Int64, Int64)], expected: Int64) {
        var clock = ServerClock()
        for (date, sent, received) in answers { clock.note(date: date, sent: sent, received: received) }
        #expect(clock.offset == expected)
    }
}
