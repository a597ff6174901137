import TaskProcessing
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01", "1970-01-01T00:00:00Z", 0),
        ("2026-11-30", "2026-11-30T00:00:00Z", 1_795_996_800_000_000),
        ("2025-07-30T17:00:00Z", "2025-07-30T17:00:00Z", 1_753_894_800_000_000),
        ("2024-02-29T23:59:59.5Z", "2024-02-29T23:59:59.5Z", 1_709_251_199_500_000),
        ("2026-01-01T00:30+01:00", "2025-12-31T23:30:00Z", 1_767_223_800_000_000),
        ("2026-01-01T00:30:00-0330", "2026-01-01T04:00:00Z", 1_767_240_000_000_000),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z", -1),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", -62_135_596_800_000_000),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", 253_402_300_799_000_000),
    ])
    func readsAndWritesISO8601(text: String, canonical: String, microseconds: Int64) throws {
        let moment = try #require(Timestamp(iso8601: text))
        #expect(moment.microseconds == microseconds)
        #expect(moment.description == canonical)
        #expect(Timestamp(iso8601: canonical) == moment)
    }

    @Test(arguments: [
        "", "tomorrow", "2026", "2026-11", "2026-11-31", "2025-02-29", "1900-02-29", "2026-13-01", "2026-00-01", "2026-01-00",
        "26-11-30", "2026-1-1", "2026-11-30T", "2026-11-30T17", "2026-11-30T17:00", "2026-11-30T17:00:00", "2026-11-30 17:00:00Z",
        "2026-11-30T24:00:00Z", "2026-11-30T17:60:00Z", "2026-11-30T17:00:60Z", "2026-11-30T17:00:00.Z",
        "2026-11-30T17:00:00.1234567Z", "2026-11-30T17:00:00z", "2026-11-30T17:00:00+25:00", "2026-11-30T17:00:00Z ",
        " 2026-11-30", "+2026-11-30", "2026-11-30T17:00:00Z'; DROP TABLE tasks; --", "２０２６-11-30", "infinity", "now()",
    ])
    func refusesWhatIsNotOneMoment(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test(arguments: [
        ("2026-11-21 02:35:45.123456+00", "2026-11-21T02:35:45.123456Z"),
        ("2026-11-21 02:35:45+00", "2026-11-21T02:35:45Z"),
        ("2026-11-21 02:35:45.1+05:30", "2026-11-20T21:05:45.1Z"),
        ("2026-11-21 02:35:45-08", "2026-11-21T10:35:45Z"),
        ("2026-11-21 02:35:45", "2026-11-21T02:35:45Z"),
    ])
    func readsWhatPostgreSQLPrints(text: String, canonical: String) {
        #expect(Timestamp(postgres: text)?.description == canonical)
    }

    @Test func everyDayOfFourCenturiesSurvives() {
        for day in Int64(-73_048)...73_049 {
            let moment = Timestamp(microseconds: day * 86_400_000_000)
            #expect(Timestamp(iso8601: moment.description) == moment)
        }
    }
}
