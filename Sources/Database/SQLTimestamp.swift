internal import Basics
import FoundationEssentials

/// `timestamptz` in PostgreSQL's ISO style, to the microsecond that the server keeps.
///
/// Foundation's ISO 8601 styles stop at milliseconds and do not read `+00`, and a formatter would bring ICU.
enum SQLTimestamp {
    /// `2026-11-21 02:32:28.123456+00`.
    static func text(of date: Date) -> String {
        let time = UTCTime(microsecondsSince1970: Int64((date.timeIntervalSince1970 * 1e6).rounded()))
        let fraction = time.microsecond > 0 ? ".\(time.microsecond.padded(6))" : ""
        return "\(time.dayText) \(time.clockText)\(fraction)+00"
    }

    /// Reads the server's text whatever its TimeZone setting; nil for `infinity`, years BC and anything unknown.
    static func date(from text: String) -> Date? {
        var reader = Reader(rest: Substring(text))
        guard let year = reader.number(digits: 4...6), reader.skip("-"),
            let month = reader.number(digits: 2...2), (1...12).contains(month), reader.skip("-"),
            let day = reader.number(digits: 2...2), (1...31).contains(day), reader.skip(" ") || reader.skip("T"),
            let hour = reader.number(digits: 2...2), hour <= 24, reader.skip(":"),
            let minute = reader.number(digits: 2...2), minute <= 59, reader.skip(":"),
            let second = reader.number(digits: 2...2), second <= 60
        else { return nil }
        var microseconds = 0
        if reader.skip(".") {
            guard let fraction = reader.fraction() else { return nil }
            microseconds = fraction
        }
        guard let offset = reader.offset(), reader.rest.isEmpty else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        return Date(timeIntervalSince1970: Double(seconds) + Double(microseconds) / 1e6)
    }

    private struct Reader {
        var rest: Substring

        mutating func skip(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest.removeFirst()
            return true
        }

        mutating func number(digits: ClosedRange<Int>) -> Int? {
            let text = rest.prefix { $0.isASCII && $0.isNumber }
            guard digits.contains(text.count) else { return nil }
            rest = rest.dropFirst(text.count)
            return Int(text)
        }

        /// Up to six digits, scaled to microseconds.
        mutating func fraction() -> Int? {
            let length = rest.prefix { $0.isASCII && $0.isNumber }.count
            guard let value = number(digits: 1...6) else { return nil }
            return (length..<6).reduce(value) { scaled, _ in scaled * 10 }
        }

        /// `Z`, `+00`, `-03:30` or, for local mean times before standard zones, `+00:19:32`; in seconds.
        mutating func offset() -> Int? {
            if skip("Z") { return 0 }
            let sign = skip("+") ? 1 : skip("-") ? -1 : 0
            guard sign != 0, let hours = number(digits: 2...2) else { return nil }
            var seconds = hours * 3600
            for scale in [60, 1] where skip(":") {
                guard let part = number(digits: 2...2) else { return nil }
                seconds += part * scale
            }
            return sign * seconds
        }
    }
}
