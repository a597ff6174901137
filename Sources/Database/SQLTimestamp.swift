import FoundationEssentials

/// `timestamptz` in PostgreSQL's ISO style, to the microsecond that the server keeps.
///
/// Foundation's ISO 8601 styles stop at milliseconds and do not read `+00`, and a formatter would bring ICU.
/// The calendar arithmetic counts days in 400-year eras that begin on 1 March, so that the leap day comes last.
enum SQLTimestamp {
    /// `2026-11-21 02:32:28.123456+00`.
    static func text(of date: Date) -> String {
        let microseconds = Int((date.timeIntervalSince1970 * 1e6).rounded())
        let (days, inDay) = floorDivide(microseconds, 86_400_000_000)
        let (year, month, day) = civil(fromDays: days)
        let seconds = inDay / 1_000_000
        var text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2)) "
        text += "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        let fraction = inDay % 1_000_000
        if fraction > 0 { text += ".\(padded(fraction, 6))" }
        return text + "+00"
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
        let seconds = days(fromCivil: year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
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

    private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func days(fromCivil year: Int, _ month: Int, _ day: Int) -> Int {
        let (era, yearOfEra) = floorDivide(month <= 2 ? year - 1 : year, 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func floorDivide(_ value: Int, _ divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
