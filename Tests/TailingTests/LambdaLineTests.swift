import FoundationEssentials
import Testing

@testable import Tailing

/// What Lambda and its runtimes write, and what is read from it.
@Suite struct LambdaLineTests {
    static let id = "c2dd8972-dd81-4f1f-ac70-f91aefd38a85"

    @Test(
        "Lambda's own lines of the text format",
        arguments: [
            ("INIT_START Runtime Version: python:3.12.v36\tRuntime Version ARN: arn:aws:lambda:x", .initStart, nil, nil),
            ("START RequestId: \(id) Version: $LATEST\n", .start, id, nil),
            ("END RequestId: \(id)\n", .end, id, nil),
            ("START RequestId: \(id.uppercased()) Version: 3\r\n", .start, id, nil),
            ("XRAY TraceId: 1-5f-aa\tSegmentId: 3c\tSampled: true", .trace, nil, nil),
            ("2026-11-21T10:00:00.123Z \(id) Task timed out after 3.00 seconds\n\n", .timedOut, id, .error),
            ("\(id) Task timed out after 3.00 seconds", .timedOut, id, .error),
            ("RequestId: \(id) Error: Runtime exited with error: exit status 1\nRuntime.ExitError\n", .application, id, .error),
            (
                "INIT_REPORT Init Duration: 12.5 ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError", .initReport, nil,
                nil
            ),
            // Nearly, and not.
            ("START RequestId: c2dd8972 Version: $LATEST", .application, nil, nil),
            ("STARTED", .application, nil, nil), ("END RequestId: ", .application, nil, nil), ("", .application, nil, nil),
            ("REPORT of the day", .application, nil, nil), ("\(id) Task took long", .application, nil, nil),
            ("[not a level] text", .application, nil, nil), ("{\"level\":\"ERROR\"", .application, nil, nil),
        ] as [(String, LambdaLine.Kind, String?, LogLevel?)])
    func ownLines(message: String, kind: LambdaLine.Kind, requestID: String?, level: LogLevel?) {
        let line = LambdaLine(message)
        #expect(line.kind == kind)
        #expect(line.requestID == requestID)
        #expect(line.level == level)
    }

    @Test("every field of a REPORT line")
    func report() throws {
        let line = LambdaLine(
            "REPORT RequestId: \(Self.id)\tDuration: 95.78 ms\tBilled Duration: 96 ms\tMemory Size: 512 MB\t"
                + "Max Memory Used: 39 MB\tInit Duration: 130.49 ms\tRestore Duration: 7 ms\tStatus: error\t"
                + "Error Type: Runtime.ExitError\t\nXRAY TraceId: 1-5f-aa\tSegmentId: 3c\tSampled: true\t\n")
        #expect(line.kind == .report && line.requestID == Self.id && line.isError)
        #expect(line.errorType == "Runtime.ExitError")
        var expected = InvocationReport()
        expected.status = .error
        (expected.duration, expected.billedDuration) = (95.78, 96)
        (expected.initDuration, expected.restoreDuration) = (130.49, 7)
        (expected.memorySize, expected.maxMemoryUsed, expected.errorType) = (512, 39, "Runtime.ExitError")
        #expect(line.report == expected)
    }

    @Test(
        "a plain REPORT is a success, and nothing of it is made up",
        arguments: [
            ("", true), ("\tStatus: timeout", false), ("\tStatus: success", true), ("\tStatus: something", false),
        ])
    func reportStatus(end: String, isFine: Bool) {
        let line = LambdaLine("REPORT RequestId: \(Self.id)\tDuration: -3 ms\tMemory Size: much\(end)")
        #expect(line.isError == !isFine)
        #expect(line.report?.duration == nil && line.report?.memorySize == nil && line.report?.isCold == false)
    }

    @Test(
        "runtimes put level, time and id before the message",
        arguments: [
            ("[ERROR]\t2026-11-21T10:00:00.123Z\t\(id)\tit broke\n", .error, id, "it broke", nil),
            ("[WARNING]\t2026-11-21T10:00:00.123Z\t\(id)\ttab\tinside", .warn, id, "tab\tinside", nil),
            ("[INFO]\t2026-11-21T10:00:00.123Z\t\tbefore all", .info, nil, "before all", nil),
            (
                "[ERROR] Runtime.ImportModuleError: Unable to import module\nTraceback (most recent call last):", .error, nil,
                "Runtime.ImportModuleError: Unable to import module\nTraceback (most recent call last):",
                "Runtime.ImportModuleError"
            ),
            ("2026-11-21T10:00:00.123Z\t\(id)\tINFO\thello\n", .info, id, "hello", nil),
            ("2026-11-21T10:00:00.123Z\tundefined\tERROR\tUncaught Exception", .error, nil, "Uncaught Exception", nil),
            ("2026-11-21T10:00:00.123Z\tother\tERROR\tx", nil, nil, "2026-11-21T10:00:00.123Z\tother\tERROR\tx", nil),
        ] as [(String, LogLevel?, String?, String, String?)])
    func runtimes(message: String, level: LogLevel?, requestID: String?, text: String, errorType: String?) {
        let line = LambdaLine(message)
        #expect(line.kind == .application)
        #expect(line.level == level)
        #expect(line.requestID == requestID)
        #expect(line.text == text)
        #expect(line.errorType == errorType)
    }

    @Test("our function's lines, and other applications' JSON")
    func applicationJSON() {
        let line = LambdaLine(
            #"{"timestamp":"2026-11-21T10:00:00.123Z","level":"ERROR","message":"task event done","requestId":"\#(Self.id)","#
                + #""eventId":"e","changed":["a","b"],"errorType":"TaskNotFound","durationMs":1.5}"#)
        #expect(line.level == .error && line.requestID == Self.id && line.isError)
        #expect(line.text == "task event done" && line.errorType == "TaskNotFound")
        #expect(line.fields.map(\.name) == ["eventId", "changed", "errorType", "durationMs"])
        #expect(line.fields.map(\.value) == ["e", #"["a","b"]"#, "TaskNotFound", "1.5"])
        let other = LambdaLine(#"{"AWSRequestId":"\#(Self.id)","level":"quiet","msg":{"a":1},"time":"now"}"#)
        #expect(other.level == nil && other.requestID == Self.id && other.text == #"{"a":1}"#)
        #expect(other.fields.map(\.name) == ["level"])
    }

    @Test(
        "the platform's records",
        arguments: [
            (#""type":"platform.initStart","record":{"phase":"init"}"#, .initStart, nil, nil),
            (#""type":"platform.start","record":{"requestId":"\#(id)","version":"1"}"#, .start, id, nil),
            (#""type":"platform.runtimeDone","record":{"requestId":"\#(id)","status":"success"}"#, .platform, id, nil),
            (#""type":"platform.runtimeDone","record":{"requestId":"\#(id)","status":"timeout"}"#, .platform, id, .warn),
            (#""type":"platform.telemetrySubscription","record":{"name":"x"}"#, .platform, nil, nil),
            (#""type":"platform.start","record":7"#, .application, nil, nil),
        ] as [(String, LambdaLine.Kind, String?, LogLevel?)])
    func platform(members: String, kind: LambdaLine.Kind, requestID: String?, level: LogLevel?) {
        let line = LambdaLine(#"{"time":"2026-11-21T10:00:00.123Z",\#(members)}"#)
        #expect(line.kind == kind)
        #expect(line.requestID == requestID)
        #expect(line.level == level)
    }

    @Test("a platform.report says what a REPORT line says")
    func platformReport() {
        let line = LambdaLine(
            #"{"time":"t","type":"platform.report","record":{"requestId":"\#(Self.id)","status":"failure","errorType":"E","#
                + #""metrics":{"durationMs":95.78,"billedDurationMs":96,"memorySizeMB":512,"maxMemoryUsedMB":39,"#
                + #""initDurationMs":130.49}}}"#)
        var expected = InvocationReport()
        (expected.status, expected.errorType, expected.initDuration) = (.failure, "E", 130.49)
        (expected.duration, expected.billedDuration, expected.memorySize, expected.maxMemoryUsed) = (95.78, 96, 512, 39)
        #expect(line.report == expected)
        #expect(line.kind == .report && line.requestID == Self.id && line.isError && line.level == .warn)
    }

    // MARK: - JSON

    @Test(
        "what is a JSON object, and what is none",
        arguments: [
            ("{}", 0), (" { } \n", 0), (#"{"a":1}"#, 1), (#"{"a":[{"b":"}"}],"c":null}"#, 2),
            (#"{"a":"\u00e9\ud83d\ude00\n\/"}"#, 1),
            (#"{"a":-1.5e+3,"b":true,"c":false}"#, 3), ("", nil), ("[]", nil), ("{", nil), (#"{"a"}"#, nil), (#"{"a":}"#, nil),
            (#"{"a":1,}"#, nil), (#"{"a":1} x"#, nil), (#"{"a":nan}"#, nil), (#"{"a":0x10}"#, nil), (#"{"a":"\x"}"#, nil),
            ("{\"a\":\"\n\"}", nil), (#"{"a":"\"#, nil), (#"{"a":[1}"#, nil), (#"{a:1}"#, nil), (#"{"a":"\u12"}"#, nil),
            ("{\"a\":" + String(repeating: "[", count: 100_000), nil),
        ] as [(String, Int?)])
    func objects(text: String, count: Int?) {
        #expect(JSONMembers(text)?.all.count == count)
    }

    @Test func stringsAreUnescaped() {
        #expect(JSONMembers(#"{"a":"\u00e9\ud83d\ude00\n\/\"\\ ü"}"#)?["a"]?.value == "é😀\n/\"\\ ü")
        #expect(JSONMembers(#"{"a":"\ud83d!"}"#)?["a"]?.value == "\u{FFFD}!")
    }

    @Test("what an encoder writes is read back, and damage never more than refused")
    func random() throws {
        var random = SeededGenerator(seed: 5)
        let letters = ["a", "é", "\"", "\\", "\n", "\u{1}", "😀", "{", "}", ",", ":", " ", "\t", "/"]
        var refused = 0
        for _ in 0..<3000 {
            var object: [String: String] = [:]
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let word = (0..<Int.random(in: 0...6, using: &random)).map { _ in letters.randomElement(using: &random)! }
                    .joined()
                object[word] = word + "!"
            }
            let bytes = try JSONEncoder().encode(object)
            let members = try #require(JSONMembers(String(decoding: bytes, as: UTF8.self)))
            #expect(Dictionary(uniqueKeysWithValues: members.all.map { ($0.name, $0.value) }) == object)
            var broken = Array(bytes)
            broken[Int.random(in: 0..<broken.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            _ = LambdaLine(String(decoding: broken, as: UTF8.self))
            if JSONMembers(String(decoding: broken.dropLast(), as: UTF8.self)) == nil { refused += 1 }
        }
        #expect(refused > 2900)
    }
}
