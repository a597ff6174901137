import Findings
import Status
import Testing

@testable import Views

@Suite struct UnitsTests {
    @Test(
        arguments: [
            (0, "0"), (0.25, "0.3"), (7, "7"), (9.96, "10"), (42, "42"), (999, "999"), (999.4, "999"), (999.5, "1k"),
            (1234, "1.2k"),
            (12_345, "12k"), (999_499, "999k"), (999_500, "1M"), (35_000_000, "35M"), (4.2e15, "4200T"), (-1500, "-1.5k"),
        ] as [(Double, String)])
    func countsHaveTwoOrThreeFigures(value: Double, text: String) {
        #expect(Units.count(value) == text)
    }

    @Test(
        arguments: [(0, "0 B"), (512, "512 B"), (1200, "1.2 kB"), (12_345_678, "12 MB"), (5.5e12, "5.5 TB")] as [(Double, String)]
    )
    func bytesHaveTheirUnit(value: Double, text: String) {
        #expect(Units.bytes(value) == text)
    }

    @Test(
        arguments: [
            (-5, "0s"), (0, "0s"), (89, "89s"), (90, "1m"), (5399, "89m"), (5400, "1h"), (172_799, "47h"), (172_800, "2d"),
            (1_000_000, "11d"),
        ])
    func agesAreWholeUnits(seconds: Int, text: String) {
        #expect(Units.age(seconds: seconds) == text)
    }

    @Test(
        arguments: [
            (0.04, "0.0 ms"), (9.87, "9.9 ms"), (10, "10 ms"), (99.6, "100 ms"), (999.4, "999 ms"), (999.6, "1000 ms"),
            (1000, "1.0 s"),
            (65_432, "65.4 s"),
        ] as [(Double, String)])
    func latenciesNeedNoTenthsFromTenOn(value: Double, text: String) {
        #expect(Units.text(value, .milliseconds) == text)
    }

    @Test func momentsAreReadOrLeftAsTheyAre() {
        #expect(Units.moment("2026-11-25T03:12:07Z") == "2026-11-25 03:12:07Z")
        #expect(Units.clock("2026-11-25T03:12:07.123Z") == "03:12:07Z")
        for other in ["", "soon", "2026-13-25T03:12:07Z", "2026-11-25T03:12:07+01:00"] {
            #expect(Units.moment(other) == other && Units.clock(other) == other)
            #expect(Units.since(other, at: "2026-11-25T03:12:07Z") == other)
        }
        #expect(Units.age(of: "2026-11-24T03:12:07Z", at: "2026-11-25T03:12:07Z") == "24h")
        #expect(Units.since("2026-11-25T03:02:00Z", at: "2026-11-25T03:12:07Z") == "03:02:00Z (10m)")
        #expect(Units.since("2026-11-24T23:02:00Z", at: "2026-11-25T03:12:07Z") == "2026-11-24T23:02:00Z (4h)")
        #expect(Units.since("2026-11-25T03:02:00Z", at: nil) == "2026-11-25T03:02:00Z")
    }
}
