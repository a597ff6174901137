import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Subprocess
import TestSupport
import Testing

/// Live Tail through the local stack's AWS half: what it streams is read, and each way in which a stream can go wrong ends
/// in an error with a name, by its deadline, without a call too many.
@Suite struct LiveTailStackTests {
    typealias Logs = CloudWatchLogs

    /// Serves until its input ends, and puts ten lines a second into a log group.
    static let script = #"""
        import json, pathlib, sys, tempfile, threading, time
        sys.path.insert(0, sys.argv[1])
        import boto3
        from local_stack.server import LocalStack
        home = tempfile.TemporaryDirectory()
        stack = LocalStack(pathlib.Path(home.name)).start()
        key, secret = stack.operator.access_key_id, stack.operator.secret_access_key
        logs = boto3.client("logs", region_name="us-east-1", endpoint_url=stack.endpoint_url, aws_access_key_id=key,
                            aws_secret_access_key=secret)
        logs.create_log_group(logGroupName="/live")
        logs.create_log_stream(logGroupName="/live", logStreamName="s")

        def put(messages):
            now = int(time.time() * 1000)
            logs.put_log_events(logGroupName="/live", logStreamName="s",
                                logEvents=[{"timestamp": now, "message": message} for message in messages])

        def tick():
            number = 0
            while True:
                put([f"tick {number}", f"tock {number}"])
                number += 1
                time.sleep(0.1)

        put([f"old {number}" for number in range(25)])
        group = logs.describe_log_groups()["logGroups"][0]
        print(json.dumps({"endpoint": stack.endpoint_url, "control": stack.control_url, "key": key, "secret": secret,
                          "group": group["arn"]}), flush=True)
        threading.Thread(target=tick, daemon=True).start()
        sys.stdin.read()
        stack.close()
        home.cleanup()
        """#

    struct Served: Decodable {
        let endpoint: String
        let control: String
        let key: String
        let secret: String
        /// As DescribeLogGroups gives it, with `:*` at its end.
        let group: String

        func fixture(_ change: (inout AWSClient.Configuration) -> Void = { _ in }) -> ClientFixture {
            ClientFixture(endpoint) {
                $0.credentials = StaticCredentials(AWSCredentials(accessKeyID: key, secretAccessKey: Secret(secret)))
                // The stack checks the signature's date.
                $0.now = { Date() }
                change(&$0)
            }
        }

        @discardableResult
        func control(_ method: String, _ path: String, _ body: String = "") async throws -> Data {
            var request = HTTPRequest(method: method, url: control + path)
            request.body = Data(body.utf8)
            request.bypassesProxy = true
            let answer = try await HTTPTransport.shared.send(request, deadline: .after(.seconds(120)))
            #expect((200..<300).contains(answer.status), "\(String(decoding: answer.body, as: UTF8.self))")
            return answer.body
        }

        /// How many sessions were asked for so far.
        func starts() async throws -> Int {
            struct Calls: Decodable {
                struct Call: Decodable {
                    let operation: String
                    let count: Int
                }
                let calls: [Call]
            }
            let calls = try JSONDecoder().decode(Calls.self, from: try await control("GET", "/calls")).calls
            return calls.filter { $0.operation == "StartLiveTail" }.reduce(0) { $0 + $1.count }
        }

        func withFault(_ fault: String, _ body: () async throws -> Void) async throws {
            try await control("POST", "/faults", fault)
            do { try await body() } catch {
                try await control("DELETE", "/faults")
                throw error
            }
            try await control("DELETE", "/faults")
        }
    }

    /// More than the second in which a session says something anyway.
    static let silence = Duration.seconds(3)

    @Test(
        .enabled(
            "the project's own Python is not set up (make setup)",
            { FileManager.default.isExecutableFile(atPath: MotoTests.python) }),
        .timeLimit(.minutes(3)))
    func liveTailThroughTheLocalStack() async throws {
        _ = try await run(
            .name("env"), arguments: [MotoTests.python, "-c", Self.script, Repository.root + "/sandbox"],
            input: .inputWriter, output: .sequence, error: .discarded
        ) { execution in
            var line: String?
            for try await text in execution.standardOutput.strings() {
                line = text
                break
            }
            let served = try JSONDecoder().decode(Served.self, from: Data(try #require(line).utf8))
            try await whatIsIngestedIsTold(served)
            try await faultsOfTheStream(served)
            try await faultsOfTheOpening(served)
            try await theEndOfASession(served)
            try await historyInPages(served)
            try await execution.standardInputWriter.finish()
        }
    }

    func whatIsIngestedIsTold(_ served: Served) async throws {
        let fixture = served.fixture()
        try await fixture.client.logs("us-east-1").withLiveTail(
            .init(logGroupIdentifiers: [served.group], logEventFilterPattern: "tick"), deadline: fixture.deadline
        ) { session in
            var events = session.makeAsyncIterator()
            guard case .sessionStart(let start)? = try await events.next() else {
                Issue.record("no start")
                return
            }
            #expect(start.logGroupIdentifiers == [String(served.group.dropLast(2))])
            var told: [Logs.LiveTailSessionLogEvent] = []
            while told.count < 15, case .sessionUpdate(let update)? = try await events.next() {
                #expect(!update.isSampled)
                told += update.sessionResults ?? []
            }
            let numbers = told.compactMap { $0.message?.split(separator: " ").last.flatMap { Int($0) } }
            #expect(numbers.count >= 15)
            // Each once, in order, nothing between them left out.
            #expect(numbers == Array((numbers.first ?? 0)..<(numbers.first ?? 0) + numbers.count))
            #expect(told.allSatisfy { $0.message?.hasPrefix("tick") == true && $0.ingestionTime != nil })
        }
    }

    func faultsOfTheStream(_ served: Served) async throws {
        // The head and two frames come before the first update.
        for (kind, after, expected) in [
            ("stream-truncate", 0, nil), ("stream-truncate", 3, nil), ("stream-corrupt", 0, nil), ("stream-corrupt", 3, nil),
            ("stream-cut", 2, .interrupted), ("stream-cut", 3, .interrupted), ("stream-hang", 0, .timedOut),
            ("stream-hang", 3, .timedOut),
        ] as [(String, Int, TransportError.Kind?)] {
            let before = try await served.starts()
            try await served.withFault(#"{"kind":"\#(kind)","afterFrames":\#(after),"times":1}"#) {
                let fixture = served.fixture()
                let (updates, error) = try await read(fixture, served)
                let name = "\(kind) after \(after)"
                #expect(updates == max(0, after - 2), "\(name)")
                switch (kind, error) {
                case ("stream-truncate", .stream(.truncated)?), ("stream-corrupt", .stream(.corrupted(.messageChecksum))?):
                    break
                case (_, .stream(.transport(let error))?): #expect(error.kind == expected, "\(name)")
                default: Issue.record("\(name): \(String(describing: error))")
                }
                #expect(fixture.notes.events.map(\.status) == [200], "\(name)")
            }
            // What was open is not opened again behind the reader's back.
            #expect(try await served.starts() == before + 1)
        }
    }

    func faultsOfTheOpening(_ served: Served) async throws {
        for (fault, attempts, kind) in [
            (#"{"kind":"throttle","operation":"StartLiveTail","times":2}"#, 3, nil),
            (#"{"kind":"throttle","operation":"StartLiveTail"}"#, 3, .throttled),
            (#"{"kind":"error","operation":"StartLiveTail","status":500}"#, 3, .failed),
            (#"{"kind":"cut","operation":"StartLiveTail"}"#, 3, .unreachable),
            (#"{"kind":"error","operation":"StartLiveTail","status":400,"code":"AccessDeniedException"}"#, 1, .denied),
        ] as [(String, Int, Problem.Kind?)] {
            let before = try await served.starts()
            try await served.withFault(fault) {
                let fixture = served.fixture()
                do {
                    _ = try await fixture.client.logs("us-east-1").withLiveTail(
                        .init(logGroupIdentifiers: [served.group]), deadline: fixture.deadline
                    ) { session in try await session.first { _ in true } }
                    #expect(kind == nil, "\(fault)")
                } catch let error as AWSError {
                    #expect(error.problem.kind == kind, "\(fault)")
                    #expect(error.attempts == attempts, "\(fault)")
                }
            }
            #expect(try await served.starts() == before + attempts, "\(fault)")
        }
        // Far longer than the deadline: on a busy machine a second may pass before anybody looks.
        try await served.withFault(#"{"kind":"delay","operation":"StartLiveTail","delayMs":30000}"#) {
            let fixture = served.fixture { $0.attemptTimeout = .milliseconds(400) }
            let error = await #expect(throws: AWSError.self) {
                try await fixture.client.logs("us-east-1").withLiveTail(
                    .init(logGroupIdentifiers: [served.group]), deadline: .after(.seconds(1))
                ) { _ in }
            }
            #expect(error?.problem.kind == .timedOut)
        }
    }

    func theEndOfASession(_ served: Served) async throws {
        try await served.control("PUT", "/settings", #"{"liveTailSessionSeconds":1.2}"#)
        let (updates, error) = try await read(served.fixture(), served)
        try await served.control("PUT", "/settings", #"{"liveTailSessionSeconds":10800}"#)
        #expect(updates == 1)
        guard case .sessionTimeout? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let fixture = served.fixture()
        let missing = await #expect(throws: AWSError.self) {
            try await fixture.client.logs("us-east-1").withLiveTail(
                .init(logGroupIdentifiers: [served.group.replacing("/live", with: "/absent")]), deadline: fixture.deadline
            ) { _ in }
        }
        #expect(missing?.problem.kind == .notFound)
    }

    /// Empty pages are followed, and a pattern is the server's to refuse.
    func historyInPages(_ served: Served) async throws {
        let fixture = served.fixture()
        let logs = fixture.client.logs("us-east-1")
        try await served.withFault(#"{"kind":"empty-page","times":2}"#) {
            var messages: [String?] = []
            for try await page in logs.filterLogEventsPages(
                .init(logGroupName: "/live", filterPattern: "old", limit: 10), deadline: fixture.deadline)
            {
                messages += page.map(\.message)
            }
            #expect(messages == (0..<25).map { "old \($0)" })
        }
        let refused = await #expect(throws: AWSError.self) {
            try await logs.filterLogEvents(.init(logGroupName: "/live", filterPattern: "a(b"), deadline: fixture.deadline)
        }
        #expect(refused?.code == "InvalidParameterException")
    }

    /// Reads a session to its end: how many updates came, and what ended it.
    func read(_ fixture: ClientFixture, _ served: Served) async throws -> (updates: Int, error: Logs.LiveTailError?) {
        try await fixture.client.logs("us-east-1").withLiveTail(
            .init(logGroupIdentifiers: [served.group]), deadline: fixture.deadline, silence: Self.silence
        ) { session in
            var updates = 0
            var events = session.makeAsyncIterator()
            do throws(Logs.LiveTailError) {
                while let event = try await events.next() {
                    if case .sessionUpdate = event { updates += 1 }
                }
                return (updates, nil)
            } catch {
                return (updates, error)
            }
        }
    }
}
