/// A day of the proleptic Gregorian calendar, as ISO 8601 and PostgreSQL count it.
///
/// Done by hand because Foundation's calendars cost start-up time and memory, and a database's day is no matter of locale.
package struct CivilDate: Sendable, Hashable {
    package let year: Int
    package let month: Int
    package let day: Int

    /// The caller vouches that the day exists; ``length(ofMonth:year:)`` tells.
    package init(year: Int, month: Int, day: Int) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    // Days are counted in eras of 400 years, 146,097 days each, from 1 March 0000: years that begin in March have the
    // leap day last, where it needs no special case.
    package init(daysSince1970 days: Int) {
        let (era, dayOfEra) = (days + 719_468).dividedFlooring(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    }

    package var daysSince1970: Int {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).dividedFlooring(by: 400)
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    package static func length(ofMonth month: Int, year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }
}

/// A moment taken apart into what a clock in UTC shows. How it is written is for those who know their reader.
package struct UTCTime: Sendable, Hashable {
    package let date: CivilDate
    package let hour: Int
    package let minute: Int
    package let second: Int
    package let microsecond: Int

    package init(microsecondsSince1970 microseconds: Int64) {
        let (days, inDay) = Int(microseconds).dividedFlooring(by: 86_400_000_000)
        let seconds = inDay / 1_000_000
        date = CivilDate(daysSince1970: days)
        (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        microsecond = inDay % 1_000_000
    }

    package init(secondsSince1970 seconds: Int) {
        self.init(microsecondsSince1970: Int64(seconds) * 1_000_000)
    }

    /// `2026-11-21`.
    package var dayText: String { "\(date.year.padded(4))-\(date.month.padded(2))-\(date.day.padded(2))" }

    /// `02:32:28`, without what is left of the second.
    package var clockText: String { "\(hour.padded(2)):\(minute.padded(2)):\(second.padded(2))" }

    /// ISO 8601 to the second: `2026-11-21T02:32:28Z`.
    package var iso8601: String { "\(dayText)T\(clockText)Z" }
}

extension Int {
    /// Decimal digits with zeros in front, at least `width` of them.
    package func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }

    fileprivate func dividedFlooring(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
