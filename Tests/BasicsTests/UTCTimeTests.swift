import Basics
import Testing

@Suite struct UTCTimeTests {
    @Test(arguments: [
        (0, 1970, 1, 1), (-1, 1969, 12, 31), (59, 1970, 3, 1), (11_016, 2000, 2, 29), (11_017, 2000, 3, 1),
        (19_782, 2024, 2, 29), (20_513, 2026, 3, 1), (-25_508, 1900, 3, 1), (-25_509, 1900, 2, 28),
        (-719_528, 0, 1, 1), (-719_529, -1, 12, 31), (2_932_896, 9999, 12, 31),
    ])
    func daysAreDates(days: Int, year: Int, month: Int, day: Int) {
        let date = CivilDate(year: year, month: month, day: day)
        #expect(CivilDate(daysSince1970: days) == date)
        #expect(date.daysSince1970 == days)
    }

    /// Every day follows the one before it as a month's length says, over more than one era and both sides of 1970.
    @Test func everyDayFollowsTheOneBefore() {
        var date = CivilDate(daysSince1970: -150_000)
        for days in -149_999...150_000 {
            let isLast = date.day == CivilDate.length(ofMonth: date.month, year: date.year)
            let next =
                if !isLast {
                    CivilDate(year: date.year, month: date.month, day: date.day + 1)
                } else if date.month < 12 {
                    CivilDate(year: date.year, month: date.month + 1, day: 1)
                } else {
                    CivilDate(year: date.year + 1, month: 1, day: 1)
                }
            date = CivilDate(daysSince1970: days)
            #expect(date == next)
            #expect(date.daysSince1970 == days)
        }
    }

    @Test(arguments: [(1900, 28), (2000, 29), (2023, 28), (2024, 29)])
    func februariesOfLeapYears(year: Int, length: Int) {
        #expect(CivilDate.length(ofMonth: 2, year: year) == length)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (1_440_938_160, "2015-08-30T12:36:00Z"),
        (951_827_696, "2000-02-29T12:34:56Z"), (-62_135_596_800, "0001-01-01T00:00:00Z"),
    ])
    func secondsAreClockTimes(seconds: Int, text: String) {
        #expect(UTCTime(secondsSince1970: seconds).iso8601 == text)
    }

    @Test func fractionsBelongToTheSecondBefore() {
        let time = UTCTime(microsecondsSince1970: -1)
        #expect(time.iso8601 == "1969-12-31T23:59:59Z")
        #expect(time.microsecond == 999_999)
    }

    @Test(arguments: [(7, 2, "07"), (2026, 4, "2026"), (12_345, 4, "12345"), (0, 6, "000000")])
    func digitsArePadded(number: Int, width: Int, text: String) {
        #expect(number.padded(width) == text)
    }
}
