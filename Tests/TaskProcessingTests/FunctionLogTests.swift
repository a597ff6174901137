import FoundationEssentials
import TaskProcessing
import Testing

@Suite struct FunctionLogTests {
    private let moment = Date(timeIntervalSince1970: 1_795_228_545.25)

    @Test func aLineIsOneJSONObjectInAFixedOrder() {
        let lines = Lines()
        let log = FunctionLog(threshold: .info, now: { [moment] in moment }, write: { lines.append($0) })
            .with(["requestId": "r-1", "eventId": nil])
        log(
            .info, "done",
            ["durationMs": .milliseconds(.microseconds(12_340)), "attempts": .integer(2), "changed": .list(["title", "status"])])
        #expect(
            lines.all == [
                #"{"timestamp":"2026-11-21T02:35:45.250Z","level":"INFO","message":"done","requestId":"r-1","durationMs":12.3,"attempts":2,"changed":["title","status"]}"#
            ])
    }

    @Test func nothingInAValueBreaksTheLine() throws {
        let lines = Lines()
        let nasty = "a\"b\\c\nd\re\tf\u{1}g\u{7f}é😀"
        FunctionLog(threshold: .trace, now: { [moment] in moment }, write: { lines.append($0) })(.trace, "\(nasty)")
        let line = try #require(lines.all.first)
        #expect(!line.contains("\n") && !line.contains("\r"))
        #expect(try JSONDecoder().decode([String: String].self, from: Data(line.utf8))["message"] == nasty)
    }

    @Test(arguments: FunctionLog.Level.allCases)
    func theThresholdIsHonoured(level: FunctionLog.Level) {
        let lines = Lines()
        let log = FunctionLog(threshold: level, now: { [moment] in moment }, write: { lines.append($0) })
        for other in FunctionLog.Level.allCases { log(other, "x") }
        #expect(lines.all.count == FunctionLog.Level.allCases.count { $0 >= level })
        #expect(FunctionLog.Level(word: level.word.lowercased()) == level)
    }
}
