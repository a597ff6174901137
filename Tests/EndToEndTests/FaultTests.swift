import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Synchronization
import Testing

extension ConsoleEndToEnd {
    /// Each command under everything the network and AWS are known to do. `make faults` does the same with the time
    /// limits that people have, and writes down what came of it.
    @Suite struct FaultTests {
        struct Fault: Sendable {
            enum Expected {
                /// It goes through by trying again, or it does not.
                case either
                case failure
                /// The client has to put it right.
                case answer
            }

            let name: String
            var fault: [String: JSONValue]?
            var clockOffset = 0
            let expected: Expected

            static let all = [
                Fault(name: "throttled, 9 of 10", fault: ["kind": "throttle", "probability": 0.9], expected: .either),
                Fault(name: "status 500", fault: ["kind": "error", "status": 500], expected: .failure),
                Fault(
                    name: "status 500, 1 of 2", fault: ["kind": "error", "status": 500, "probability": 0.5],
                    expected: .either),
                Fault(name: "cut before the answer", fault: ["kind": "cut"], expected: .failure),
                Fault(name: "cut in mid-body", fault: ["kind": "cut-body"], expected: .failure),
                Fault(name: "hangs for 30 s", fault: ["kind": "hang"], expected: .failure),
                Fault(name: "AWS's clock 1 h ahead", clockOffset: 3600, expected: .answer),
                Fault(name: "AWS's clock 1 h behind", clockOffset: -3600, expected: .answer),
            ]
        }

        /// Where `make faults` wants its table.
        private static let table = ProcessInfo.processInfo.environment["TASKOPS_FAULTS_TABLE"]

        @Test("under each fault a command goes through or ends in time, with its code and one line", arguments: Exercise.all)
        func faults(exercise: Exercise) async throws {
            for fault in Fault.all { try await run(exercise, under: fault) }
            // Events whose acceptance was never heard of made tasks that no canary knows.
            try await expectSoon("the stack is at rest") {
                try await Rows.removeAll()
                return try await CanaryJSON.run("--region", "us-east-1").exit == 0
            }
            try await Rows.removeAll()
        }

        /// The others end at a fault; this one is for the time in which there is one.
        @Test("tail waits each fault out, says so once, and loses nothing")
        func tail() async throws {
            let group = "faulted"
            let exercise = Exercise(name: "tail", timeout: 0, answered: [0], failed: 1)
            let control = LocalStack.current.control
            try await Clients.boto3(
                "us-east-1",
                """
                import time
                logs = client('logs')
                logs.create_log_group(logGroupName='\(group)')
                logs.create_log_stream(logGroupName='\(group)', logStreamName='s')
                now = int(time.time() * 1000)
                logs.put_log_events(logGroupName='\(group)', logStreamName='s', logEvents=[
                    {'timestamp': now - 50 + i, 'message': f'line {i}'} for i in range(50)])
                """)
            let seconds = Self.table == nil ? 2 : 5
            // A call that hangs does so for as long as the client waits for an answer.
            for fault in Fault.all where Self.table != nil || !fault.name.hasPrefix("hangs") {
                let what: Comment = "tail, \(fault.name)"
                let before = try await control.callsOfClients()
                let began = ContinuousClock.now
                let ended = try await Programs.run(
                    "/bin/bash",
                    [
                        "-c",
                        "sleep 0.5; exec taskops --sandbox -v tail \(group) --region us-east-1 --no-follow --since 1h --output raw",
                    ], variables: LocalStack.current.variables
                ) { _ in
                    try await control.with(fault.fault, clockOffset: fault.clockOffset) {
                        try await Task.sleep(for: .seconds(seconds))
                    }
                }
                let took = began.duration(to: .now)
                #expect(ended.exit == 0, "\(what): \(ended)")
                #expect(ended.lines == (0..<50).map { "line \($0)" }, "\(what): \(ended)")
                let spoken = ended.errorLines.filter { !$0.hasPrefix("aws  ") && !$0.hasPrefix("from ") }
                #expect(spoken.count <= 1 && spoken.allSatisfy { $0.hasPrefix("!") }, "\(what): \(spoken)")
                let calls = try await control.callsOfClients().merging(before) { $0 - $1 }.filter { $0.value > 0 }
                let attempts = try Attempts(ended.errorLines)
                try attempts.check(calls, what)
                try record(exercise, fault, ended.exit, took, calls, attempts)
            }
            try await Clients.boto3("us-east-1", "client('logs').delete_log_group(logGroupName='\(group)')")
        }

        private func run(_ exercise: Exercise, under fault: Fault) async throws {
            let what: Comment = "\(exercise.name), \(fault.name)"
            let control = LocalStack.current.control
            let before = try await control.callsOfClients()
            let allowed = Self.table == nil ? ["--timeout", "\(exercise.timeout)s"] : []
            let arguments = ["--sandbox", "-v"] + exercise.words + exercise.flags + allowed
            let limit = Deadline.after(.seconds(Self.table == nil ? exercise.timeout + 8 : 110))
            let began = ContinuousClock.now
            let ended = try await control.with(fault.fault, clockOffset: fault.clockOffset) {
                try await Programs.run(Console.path, arguments)
            }
            let took = began.duration(to: .now)
            // Less than a call that hangs takes: not a measurement, but whether it was waited for.
            #expect(!limit.hasPassed, "\(what): it did not end in time")

            let isAnswered = exercise.answered.contains(ended.exit)
            switch fault.expected {
            case .either: #expect(isAnswered || ended.exit == exercise.failed, "\(what): \(ended)")
            case .failure: #expect(ended.exit == exercise.failed, "\(what): \(ended)")
            case .answer: #expect(isAnswered, "\(what): \(ended)")
            }
            let spoken = ended.errorLines.filter {
                !$0.hasPrefix("aws  ") && !(exercise.goesOn && $0.hasPrefix("note: "))
            }
            if exercise.reports {
                #expect(spoken.isEmpty, "\(what): \(spoken)")
                let problem = try JSONValue(ended.output)["regions"]?.items.compactMap { $0["problem"] }.first { $0 != .null }
                // A status page says it in its rows, a diagnosis in its links.
                let isSaid = ["status", "diagnose"].contains(exercise.name) || problem?["summary"]?.text?.isEmpty == false
                #expect(ended.exit == 0 || isSaid, "\(what): \(ended)")
            } else if exercise.goesOn, !isAnswered {
                #expect(!spoken.isEmpty, "\(what)")
                #expect(spoken.allSatisfy { $0.hasPrefix("taskops: ") }, "\(what): \(spoken)")
            } else {
                // What was refused may be the second thing to say, after a Region that could not be asked.
                let isRight = exercise.refusesName ? !spoken.isEmpty : spoken.count == (isAnswered ? 0 : 1)
                #expect(isRight, "\(what): \(spoken)")
                #expect(spoken.allSatisfy { $0.hasPrefix("taskops: ") }, "\(what): \(spoken)")
            }

            let after = try await control.callsOfClients()
            let calls = after.merging(before) { $0 - $1 }.filter { $0.value > 0 }
            let attempts = try Attempts(ended.errorLines)
            try attempts.check(calls, what)
            try record(exercise, fault, ended.exit, took, calls, attempts)
        }

        private func record(
            _ exercise: Exercise, _ fault: Fault, _ exit: Int32, _ took: Duration, _ calls: [String: Int],
            _ attempts: Attempts
        ) throws {
            guard let table = Self.table else { return }
            let counts = calls.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            let tenths = Int((took.seconds * 10).rounded())
            let cells = [fault.name, exercise.name, "\(exit)", "\(tenths / 10).\(tenths % 10) s", counts, "\(attempts.most)"]
            let row = "| \(cells.joined(separator: " | ")) |\n"
            var text = FileManager.default.contents(atPath: table) ?? Data()
            text.append(Data(row.utf8))
            try text.write(to: URL(filePath: table))
        }

        /// What `-v` told of the calls.
        private struct Attempts {
            /// By operation.
            var count: [String: Int] = [:]
            /// The highest number an attempt had.
            var most = 0
            var retries = 0

            init(_ lines: [String]) throws {
                for line in lines where line.hasPrefix("aws  ") && !line.contains(" DbConnect") {
                    // `aws  EventBridge PutEvents  us-east-1  500  …  attempt 2`
                    let parts = line.split(separator: "  ").map { $0.split(separator: " ") }
                    count[String(try #require(parts.dropFirst().first?.last)), default: 0] += 1
                    let number = parts.first { $0.first == "attempt" }?.last.flatMap { Int($0) } ?? 1
                    most = max(most, number)
                    if number > 1 { retries += 1 }
                }
            }

            func check(_ calls: [String: Int], _ what: Comment) throws {
                #expect(most <= 3, "\(what): more attempts than max_attempts")
                #expect(!count.isEmpty, "\(what): nothing was called")
                // Throttled retries are the cheapest.
                #expect(retries * 5 <= 500, "\(what): more retries than the budget has tokens for")
                for (call, number) in calls {
                    let operation = String(call.split(separator: ":")[1])
                    #expect(number <= count[operation] ?? 0, "\(what): the stack saw more of \(call) than -v told")
                }
            }
        }

        @Test("200 calls that all fail are retried as often as the budget has tokens for, and no oftener")
        func budget() async throws {
            let stack = LocalStack.current
            let credentials = AWSCredentials(
                accessKeyID: stack.variables["AWS_ACCESS_KEY_ID"] ?? "",
                secretAccessKey: Secret(stack.variables["AWS_SECRET_ACCESS_KEY"] ?? ""))
            let faults: [([String: JSONValue], Int)] = [(["kind": "error", "status": 500], 14), (["kind": "throttle"], 5)]
            for (fault, cost) in faults {
                var configuration = AWSClient.Configuration(
                    credentials: StaticCredentials(credentials), region: "us-east-1")
                configuration.endpoints = EndpointSettings(override: stack.variables["AWS_ENDPOINT_URL"])
                // The waits are not what this is about.
                configuration.sleep = { _ in }
                let sts = AWSClient(configuration).sts("us-east-1")
                let before = try await stack.control.callsOfClients()["sts:GetCallerIdentity"] ?? 0
                try await stack.control.withFault(fault) {
                    await withTaskGroup { group in
                        for _ in 1...200 {
                            group.addTask { _ = try? await sts.getCallerIdentity(deadline: .after(.seconds(60))) }
                        }
                    }
                }
                let made = try await stack.control.callsOfClients()["sts:GetCallerIdentity"] ?? 0
                #expect(made - before == 200 + 500 / cost)
            }
        }
    }
}
