import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Synchronization

@testable import Tailing

/// One cell of the matrix: how lines are written, and what stands in the way of reading them.
struct TailCell: Sendable, Encodable {
    enum Trouble: String, Sendable, Encodable {
        case none, throttled, cut, live, liveDropped
        /// Ended by itself, in this process: before lines are written, in the midst of them, and behind them.
        case killed
        /// The program itself, by SIGKILL, whenever.
        case killed9
    }

    var name: String
    /// In milliseconds. Lambda's START and what the function says come within a second, END and REPORT of the same
    /// request with this lag.
    var lag: [Int]
    var isLambda = false
    var groups = 1
    var regions = ["us-east-1"]
    /// Lines a second, in all groups together.
    var rate = 50
    var seconds: Double
    var trouble = Trouble.none
    var hold = TailOptions.Hold.automatic

    enum CodingKeys: String, CodingKey {
        case name, lag, groups, regions, rate, seconds
        case isLambda = "lambda"
    }

    /// Whether each group can be read as often as its lines ask for: AWS grants so many calls a second in a Region.
    var hasCalls: Bool {
        regions.allSatisfy { region in
            let quota = Quota.of(.logs, "FilterLogEvents", region: region)?.perSecond ?? 10
            return Double(groups) * 1000 / Double(FollowPolicy().interval) <= quota * LogTail.quotaShare * 1.8
        }
    }

    var isTimed: Bool { trouble == .none || trouble == .live && groups == 100 }

    static let three = ["us-east-1", "eu-west-1", "us-east-2"]

    static func all(seconds: Double) -> [TailCell] {
        var cells: [TailCell] = []
        for lag in [[1000, 1000], [1000, 1500], [2000, 4000], [300, 8000], [300, 30_000]] {
            for isLambda in [false, true] {
                for groups in [1, 10, 100] {
                    for regions in [["us-east-1"], three] {
                        let name = "\(isLambda ? "lambda" : "plain")-\(lag[0])-\(lag[1])-\(groups)-\(regions.count)"
                        cells.append(
                            .init(
                                name: name, lag: lag, isLambda: isLambda, groups: groups, regions: regions,
                                // How late lines may be is known after the first slow ones; what follows is measured too.
                                rate: groups == 100 ? 100 : 50, seconds: lag[1] > 20_000 && groups < 100 ? seconds * 4 : seconds))
                    }
                }
            }
        }
        cells.append(.init(name: "hold-none", lag: [300, 8000], seconds: seconds, hold: .none))
        cells.append(.init(name: "hold-2s", lag: [300, 8000], seconds: seconds, hold: .milliseconds(2000)))
        cells.append(.init(name: "hold-order", lag: [300, 8000], seconds: seconds, hold: .ordered))
        cells.append(.init(name: "hold-order-lambda", lag: [1000, 10_000], isLambda: true, seconds: seconds, hold: .ordered))
        cells.append(.init(name: "live-100", lag: [300, 8000], groups: 100, rate: 100, seconds: seconds, trouble: .live))
        return cells + troubled(seconds: seconds) + troubled(seconds: seconds, isLambda: true)
    }

    /// Faults hold for a Region: each of these has one of its own.
    static func troubled(seconds: Double, isLambda: Bool = false) -> [TailCell] {
        var cells: [TailCell] = [
            .init(name: "throttled", lag: [300, 8000], regions: ["ap-south-1"], seconds: seconds, trouble: .throttled),
            .init(name: "cut", lag: [300, 8000], groups: 3, regions: ["us-west-2"], seconds: seconds, trouble: .cut),
            .init(name: "live", lag: [300, 8000], groups: 2, regions: ["eu-north-1"], seconds: seconds, trouble: .live),
            .init(
                name: "live-dropped", lag: [300, 8000], groups: 2, regions: ["eu-west-3"], seconds: seconds,
                trouble: .liveDropped),
            .init(name: "killed", lag: [300, 8000], groups: 2, regions: ["us-west-1"], seconds: seconds, trouble: .killed),
            .init(name: "killed-9", lag: [300, 8000], groups: 2, regions: ["sa-east-1"], seconds: seconds, trouble: .killed9),
        ]
        for index in cells.indices where isLambda {
            cells[index].name = "lambda-" + cells[index].name
            // The faults of both would hold for both.
            cells[index].regions = [
                ["ap-south-2", "ca-central-1", "eu-south-1", "eu-central-2", "me-south-1", "af-south-1"][index]
            ]
            cells[index].isLambda = true
        }
        return cells
    }

    /// For the local stack's control address; nil where there is no trouble of that sort.
    var fault: String? {
        let place = #""service":"logs","region":"\#(regions[0])""#
        return switch trouble {
        case .throttled: #"{"kind":"throttle","operation":"FilterLogEvents","probability":0.9,\#(place)}"#
        case .cut: #"{"kind":"cut","operation":"FilterLogEvents","probability":0.2,\#(place)}"#
        case .liveDropped: #"{"kind":"stream-cut","operation":"StartLiveTail","afterFrames":6,"times":3,\#(place)}"#
        case .none, .live, .killed, .killed9: nil
        }
    }
}

/// What was shown of a cell, as whoever watches would count it.
final class TailWitness: Sendable {
    struct Counts: Sendable {
        var lines: [String: Int] = [:]
        var shown = 0
        var marked = 0
        var unmarked = 0
        var reached = Int64.min
        var delays: [Int64] = []
        /// Of lines later than half a minute after the first.
        var settled: [Int64] = []
        var first: Int64?
        var notices: [TailNotice.Kind: Int] = [:]
        var fetched = 0
        /// Of those before a kill.
        var fetchedBefore = 0
        var isDead = false
        /// As in its file, and how long the output is: a byte for a line.
        var cursor: TailCursor?
        var output = PendingLines.Output(device: 1, inode: 2, length: 0)
    }

    /// How much of the last lines is written when it is killed.
    enum Kill: CaseIterable { case before, amid, behind }

    let counts = Mutex(Counts())

    var twice: Int { counts.withLock { $0.lines.values.reduce(0) { $0 + $1 - 1 } } }
    var distinct: Int { counts.withLock { $0.lines.count } }

    /// - Parameter kill: that it ends here.
    func show(_ events: [TailEvent], _ cursor: TailCursor? = nil, kill: Kill? = nil) {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        counts.withLock { counts in
            guard !counts.isDead else { return }
            if var cursor {
                let count = cursor.pending?.count ?? 0
                cursor.pending?.setEnds((0..<count).map { Int64($0) + 1 })
                cursor.pending?.output = counts.output
                counts.cursor = cursor
            }
            let lines = events.count { if case .line = $0 { true } else { false } }
            var rest =
                switch kill {
                case nil, .behind: Int.max
                case .before: 0
                case .amid: lines / 2
                }
            counts.isDead = kill != nil
            for event in events {
                switch event {
                case .line(let line):
                    guard rest > 0 else { return }
                    rest -= 1
                    counts.output.length += 1
                    counts.take(line)
                    counts.delays.append(now - line.ingestionTime)
                    let first = counts.first ?? line.timestamp
                    counts.first = min(first, line.timestamp)
                    if line.timestamp > first + 30_000 { counts.settled.append(now - line.ingestionTime) }
                case .notice(let notice): counts.notices[notice.kind, default: 0] += 1
                case .state(let state): counts.fetched = state.fetched
                }
            }
        }
    }

    /// Goes on from the cursor.
    func revive() -> TailCursor? {
        counts.withLock { counts in
            (counts.isDead, counts.fetchedBefore) = (false, counts.fetchedBefore + counts.fetched)
            let again = counts.cursor?.settle(output: counts.output)
            precondition(again ?? 0 == 0)
            return counts.cursor
        }
    }
}

extension TailWitness.Counts {
    mutating func take(_ line: LogLine) {
        lines["\(line.region) \(line.group) \(line.message)", default: 0] += 1
        shown += 1
        if line.isLate { marked += 1 } else if line.place < reached { unmarked += 1 }
        reached = max(reached, line.place)
    }
}
