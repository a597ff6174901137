package import Basics

/// The moment it is, and what the clocks around here show then: handed in, so that a rule about time is a table.
package struct TailClock: Sendable {
    /// Milliseconds since 1970.
    package var now: Int64
    /// How many seconds local clocks are ahead of UTC at a moment, given in seconds since 1970.
    package var offset: @Sendable (_ secondsSince1970: Int64) -> Int64

    package init(now: Int64, offset: @escaping @Sendable (_ secondsSince1970: Int64) -> Int64) {
        self.now = now
        self.offset = offset
    }
}

/// A moment as people type it: `10m` and `2h30m` (ago), `now`, `10:30`, `yesterday 10:30`, `2026-11-21 10:00`,
/// `2026-11-21T10:00Z`. Without a zone, local clocks are meant.
///
/// What is not understood is refused, never guessed: other tools take `5h30m` for half past five, and show nothing.
package enum TimeExpression {
    package static let examples = "write it like 10m, 2h30m, now, 10:30, yesterday 10:30, 2026-11-21 10:00 or 2026-11-21T10:00Z"

    /// - Parameter flag: where it was typed, for the sentence: `--since`.
    /// - Returns: milliseconds since 1970.
    package static func moment(_ text: String, flag: String, clock: TailClock) throws(Problem) -> Int64 {
        func refused(_ cause: String) -> Problem {
            Problem(.usage, "\(flag) \(shown(text)) is not understood", cause: cause, hint: examples)
        }
        if text == "now" { return clock.now }
        if let ago = Duration(text: text) {
            guard ago.milliseconds <= Double(clock.now) else { throw refused("that is before 1970") }
            return clock.now - Int64(ago.milliseconds)
        }
        guard let typed = TypedTime(text) else { throw refused("it is neither a length of time nor a moment") }
        guard let seconds = typed.secondsSince1970(clock) else { throw refused("there is no such moment") }
        return seconds * 1000 + typed.millisecond
    }

    /// What was typed may be anything; a sentence has room for the beginning.
    private static func shown(_ text: String) -> String {
        let line = text.filter { !$0.isNewline }
        return line.isEmpty ? "''" : line.count > 40 ? line.prefix(40) + "…" : line
    }
}

/// A day and a time of day, taken apart but not yet in place.
private struct TypedTime {
    private enum Day {
        case date(CivilDate)
        /// Days after today.
        case relative(Int)
    }

    private var day: Day
    private var inDay: Int64
    private(set) var millisecond: Int64 = 0
    /// Seconds ahead of UTC; nil for local clocks.
    private var zone: Int64?

    init?(_ text: String) {
        let pattern =
            /(?:(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)[T ]|(?<word>today|yesterday) )?(?<hour>\d\d?):(?<minute>\d\d)(?::(?<second>\d\d)(?:\.(?<fraction>\d{1,9}))?)?(?<zone>Z|[+-]\d\d:?\d\d)?/
        guard text.utf8.allSatisfy({ $0 < 0x80 }), let found = text.wholeMatch(of: pattern)?.output,
            let hour = Int64(found.hour), let minute = Int64(found.minute), hour < 24, minute < 60
        else { return nil }
        let second = found.second.flatMap { Int64($0) } ?? 0
        guard second < 60 else { return nil }
        inDay = hour * 3600 + minute * 60 + second
        if let fraction = found.fraction { millisecond = Int64((fraction + "00").prefix(3)) ?? 0 }
        if let year = found.year.flatMap({ Int($0) }), let month = found.month.flatMap({ Int($0) }),
            let day = found.day.flatMap({ Int($0) })
        {
            guard year >= 1970, (1...12).contains(month), (1...CivilDate.length(ofMonth: month, year: year)).contains(day) else {
                return nil
            }
            self.day = .date(CivilDate(year: year, month: month, day: day))
        } else {
            day = .relative(found.word == "yesterday" ? -1 : 0)
        }
        guard let written = found.zone else { return }
        if written == "Z" {
            zone = 0
        } else {
            let digits = written.dropFirst().filter(\.isWholeNumber)
            guard let hours = Int64(digits.prefix(2)), let minutes = Int64(digits.suffix(2)), hours <= 14, minutes < 60 else {
                return nil
            }
            zone = (hours * 3600 + minutes * 60) * (written.hasPrefix("-") ? -1 : 1)
        }
    }

    /// Nil for a moment that local clocks skipped, or that was before 1970.
    func secondsSince1970(_ clock: TailClock) -> Int64? {
        let now = clock.now / 1000
        let shown: Int64 =
            switch day {
            case .date(let date): Int64(date.daysSince1970) * 86_400
            case .relative(let days):
                ((now + (zone ?? clock.offset(now))) / 86_400 + Int64(days)) * 86_400
            }
        let local = shown + inDay
        if let zone { return local >= zone ? local - zone : nil }
        // Where clocks go back the same time is shown twice: the first is meant. The day before has the offset of the
        // time before any change, the day after that of the time after.
        let guesses = [clock.offset(local - 86_400), clock.offset(local + 86_400)].map { local - $0 }
        return guesses.filter { $0 >= 0 && $0 + clock.offset($0) == local }.min()
    }
}
