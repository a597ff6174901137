import Basics
package import FoundationEssentials

/// A moment in UTC to the microsecond, which is what a PostgreSQL timestamp holds.
///
/// A whole number, not Foundation's `Date`: old and new values of a field are compared for equality, and the place where
/// a page ends must come back exactly, so neither may depend on how a floating-point number rounds. Foundation's ISO 8601
/// styles also stop at milliseconds and accept days that do not exist.
package struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Since 1970-01-01T00:00:00Z.
    package let microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package init(_ date: Date) {
        microseconds = Int64((date.timeIntervalSince1970 * 1e6).rounded())
    }

    /// Strictly ISO 8601: `2026-11-30` (midnight UTC), or a date and time with its zone, `2026-11-30T17:00:00Z`,
    /// `2026-11-30T17:00+01:00`, with up to six digits of a second. A time without a zone means another moment in
    /// every Region, so it is refused rather than guessed.
    package init?(iso8601 text: String) {
        var reader = Reader(text)
        guard let day = reader.date() else { return nil }
        if reader.isAtEnd {
            self.init(day: day, secondOfDay: 0, fraction: 0, offset: 0)
            return
        }
        guard reader.take("T"), let time = reader.time(), let offset = reader.zone(), reader.isAtEnd else { return nil }
        self.init(day: day, secondOfDay: time.second, fraction: time.microsecond, offset: offset)
    }

    /// As PostgreSQL prints a timestamp under `DateStyle = ISO`: `2026-11-21 02:35:45.123456+00`. Without a zone it is UTC,
    /// because the processor writes nothing else.
    package init?(postgres text: String) {
        var reader = Reader(text)
        guard let day = reader.date(), reader.take(" "), let time = reader.time() else { return nil }
        let offset = reader.isAtEnd ? 0 : reader.zone()
        guard let offset, reader.isAtEnd else { return nil }
        self.init(day: day, secondOfDay: time.second, fraction: time.microsecond, offset: offset)
    }

    private init(day: Int, secondOfDay: Int, fraction: Int, offset: Int) {
        microseconds = Int64((day * 86_400 + secondOfDay - offset) * 1_000_000 + fraction)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    /// ISO 8601 in UTC; the fraction is written only where there is one.
    package var description: String {
        let time = UTCTime(microsecondsSince1970: microseconds)
        var text = "\(time.dayText)T\(time.clockText)"
        if time.microsecond != 0 {
            var digits = time.microsecond.padded(6)
            while digits.hasSuffix("0") { digits.removeLast() }
            text += "." + digits
        }
        return text + "Z"
    }
}

/// Reads fixed-width fields off the front; nil wherever the text is not exactly what the field allows.
private struct Reader {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        guard rest.count >= width else { return nil }
        var value = 0
        for byte in rest.prefix(width) {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        rest.removeFirst(width)
        return value
    }

    /// The number of days since 1970-01-01.
    mutating func date() -> Int? {
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2) else { return nil }
        guard year >= 1, (1...12).contains(month), (1...CivilDate.length(ofMonth: month, year: year)).contains(day) else {
            return nil
        }
        return CivilDate(year: year, month: month, day: day).daysSince1970
    }

    mutating func time() -> (second: Int, microsecond: Int)? {
        guard let hour = number(2), take(":"), let minute = number(2), hour < 24, minute < 60 else { return nil }
        guard take(":") else { return (hour * 3600 + minute * 60, 0) }
        guard let second = number(2), second < 60 else { return nil }
        var microsecond = 0
        if take(".") {
            var digits = 0
            while digits < 6, let digit = number(1) {
                microsecond = microsecond * 10 + digit
                digits += 1
            }
            guard digits > 0 else { return nil }
            for _ in digits..<6 { microsecond *= 10 }
        }
        return (hour * 3600 + minute * 60 + second, microsecond)
    }

    /// Seconds east of UTC: `Z`, `+01`, `+0130`, `+01:30`.
    mutating func zone() -> Int? {
        if take("Z") { return 0 }
        let sign = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hour = number(2) else { return nil }
        if isAtEnd { return hour < 24 ? sign * hour * 3600 : nil }
        _ = take(":")
        guard let minute = number(2), hour < 24, minute < 60 else { return nil }
        return sign * (hour * 3600 + minute * 60)
    }
}
