import FoundationEssentials
import Testing

extension ConsoleEndToEnd {
    /// `taskops tail` on lines that real invocations left.
    @Suite struct TailTests {
        private static let group = "/aws/lambda/task-processor-dev"

        @Test("the lines of both Regions' functions in one order, as JSON with every key, each once")
        func bothRegions() async throws {
            try await canary()
            let (lines, ended) = try await json()
            #expect(ended.errorLines.first?.hasPrefix("from ") == true)
            for line in lines {
                #expect(
                    line.keys == [
                        "timestamp", "ingestionTime", "region", "group", "stream", "id", "level", "requestId", "late", "message",
                    ])
                #expect(line["late"] == .bool(false) && line["group"]?.text == Self.group)
            }
            #expect(Set(lines.map { $0["region"]?.text }) == ["us-east-1", "us-west-2"])
            let times = lines.compactMap { $0["timestamp"]?.number }
            #expect(times == times.sorted() && times.count == lines.count)
            #expect(Set(lines.map { $0["id"]?.text }).count == lines.count)
            let reports = lines.filter { $0["message"]?.text?.hasPrefix("REPORT ") == true }
            #expect(reports.count >= 4 && reports.allSatisfy { $0["requestId"]?.text?.count == 36 })
        }

        @Test("filters, and the lines that they let pass")
        func filters() async throws {
            let report = try await canary()
            let all = try await json().lines
            let request = try #require(all.last { $0["message"]?.text?.hasPrefix("REPORT ") == true }?["requestId"]?.text)
            let one = try await json("--request", String(request.prefix(9)).uppercased()).lines
            #expect(one.count >= 4 && one.count < all.count)
            #expect(one.allSatisfy { $0["requestId"]?.text == request })
            #expect(try await json("--slow", "10m").lines.isEmpty)
            #expect(try await json("--errors", "--request", request).lines.isEmpty)
            let starts = try await json("--include", "^START", "--exclude", "us-east-9").lines
            #expect(starts.count >= 4 && starts.allSatisfy { $0["message"]?.text?.hasPrefix("START ") == true })
            let served = try await json("--filter", "REPORT", "--region", "us-west-2").lines
            #expect(served.count >= 2 && served.allSatisfy { $0["region"]?.text == "us-west-2" })
            #expect(try await json("--lines", "3").lines == Array(all.suffix(3)))
            // The canary's two events of one Region, each with its invocation's own lines.
            let task = try #require(report.taskID)
            let trace = try await json("--trace", task).lines
            let invocations = Set(trace.compactMap { $0["requestId"]?.text })
            #expect(invocations.count == 2)
            for word in ["START ", "END ", "REPORT "] {
                #expect(trace.count { $0["message"]?.text?.hasPrefix(word) == true } == 2)
            }
        }

        @Test("--requests shows an invocation's lines together, and --stats what they came to")
        func requestsAndStatistics() async throws {
            try await canary()
            // Not what other tests made fail: Lambda tries those again, under the id they had.
            let ended = try await Console.run(
                "--sandbox", "tail", "--no-follow", "--since", "15s", "--requests", "--stats", "--output", "jsonl")
            #expect(ended.exit == 0)
            let ids = try ended.lines.map { try JSONValue($0)["requestId"]?.text ?? "" }.filter { !$0.isEmpty }
            var runs: [String] = []
            for id in ids where runs.last != id { runs.append(id) }
            #expect(Set(runs).count == runs.count, "some invocation's lines are apart")
            for word in [
                "task-processor-dev us-east-1", "task-processor-dev us-west-2", "invocations ", " p95 ", "MB at the most",
            ] {
                #expect(ended.error.contains(word), "\(word)\n\(ended.error)")
            }
        }

        @Test("following, a canary's lines come; Ctrl-C ends it with 0 and the footer")
        func following() async throws {
            try await Folder.with { folder in
                let file = folder + "/lines"
                let ended = try await Programs.run(
                    "/bin/bash", ["-c", "exec taskops --sandbox tail --follow --since now --stats > \(file)"],
                    variables: LocalStack.current.variables
                ) { tail in
                    try await expectSoon("it follows") { FileManager.default.fileExists(atPath: file) }
                    try await canary()
                    try await expectSoon("both Regions' lines come") {
                        let text = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
                        let reports = text.split(separator: "\n").filter { $0.contains("REPORT") }
                        return ["us-east-1", "us-west-2"].allSatisfy { region in reports.count { $0.contains(region) } >= 2 }
                    }
                    try tail.interrupt()
                }
                #expect(ended.exit == 0, "\(ended.error)")
                #expect(ended.error.hasPrefix("since ") && ended.error.contains("complete through "))
                #expect(ended.error.contains("invocations "))
            }
        }

        @Test("with --cursor a later run goes on where an earlier one ended: nothing lost, nothing twice")
        func cursor() async throws {
            try await Folder.with { folder in
                try await canary()
                let flags = ["--cursor", folder + "/cursor"]
                let first = try await json(flags).lines
                #expect(!first.isEmpty)
                #expect(try await json(flags).lines.isEmpty)
                try await canary()
                let second = try await json(flags).lines
                let all = try await json().lines
                #expect(!second.isEmpty)
                #expect(Set(first + second) == Set(all) && first.count + second.count == all.count)
                try Data("{".utf8).write(to: URL(filePath: folder + "/cursor"))
                let damaged = try await Programs.run(Console.path, ["--sandbox", "tail", "--no-follow"] + flags)
                #expect(damaged.exit == 1 && damaged.error.contains("damaged"), "\(damaged.error)")
            }
        }

        @Test("a closed pipe ends it quietly")
        func closedPipe() async throws {
            try await canary()
            for follow in ["--no-follow", "--follow"] {
                let ended = try await Programs.bash("taskops --sandbox tail \(follow) 2>&1 | head -1; echo \"${PIPESTATUS[0]}\"")
                #expect(ended.error.isEmpty)
                #expect(ended.lines.count == 2 && ended.lines.last == "0", "\(ended.output)")
            }
        }

        @Test("a name and a Region, or an ARN, need no taskops.yaml")
        func withoutConfiguration() async throws {
            try await canary()
            var variables = LocalStack.current.variables
            variables["TASKOPS_CONFIG"] = nil
            try await Folder.with { folder in
                for words in [
                    [Self.group, "--region", "us-west-2"], ["/aws/lambda/task-*", "--region", "us-west-2"],
                    ["arn:aws:logs:us-west-2:123456789012:log-group:\(Self.group):*"],
                ] {
                    let ended = try await Programs.run(
                        Console.path, ["tail", "--no-follow", "--output", "raw"] + words, variables: variables, in: folder)
                    #expect(ended.exit == 0, "\(ended.error)")
                    #expect(ended.lines.contains { $0.hasPrefix("REPORT ") })
                }
                let nothing = try await Programs.run(Console.path, ["tail", Self.group], variables: variables, in: folder)
                #expect(nothing.exit == 1 && nothing.error.contains("no taskops.yaml"), "\(nothing.error)")
            }
        }

        // MARK: - Bad input

        @Test(
            "words that are wrong: 64, a sentence, and nothing called",
            arguments: [
                (["--since", "soon"], "--since soon is not understood"), (["--since", "soon"], "write it like 10m, 2h30m"),
                (["--since", "10m", "--until", "20m"], "--since is after --until"),
                (["--around", "10m", "--since", "1h"], "--around stands alone"),
                (["--until", "1m", "--follow"], "--follow has no end"), (["--include", "(a"], "no regular expression"),
                (["--highlight", "(a"], "no regular expression"), (["--slow", "soon"], "soon"), (["--lines", "0"], "--lines"),
                (["--cursor", "x", "--requests"], "--cursor"), (["--request", "xyz"], "--request"),
                (["--trace", "a b"], "--trace"),
                (["a group"], "is no name of a log group"), (["arn:aws:logs:x"], "is no ARN of a log group"),
                (["--region", "eu-north-9"], "not a Region of stack"), (["--output", "xml"], "xml"),
                (["--live", "--no-follow"], "--live"),
            ])
        func refused(words: [String], sentence: String) async throws {
            let before = try await LocalStack.current.control.calls()
            let ended = try await Programs.run(Console.path, ["--sandbox", "tail"] + words)
            #expect(ended.exit == 64)
            #expect(ended.output.isEmpty)
            #expect(ended.error.contains(sentence), "\(ended.error)")
            #expect(try await LocalStack.current.control.calls() == before)
        }

        @Test("--since 5h30m is five and a half hours")
        func combinedUnits() async throws {
            let ended = try await Console.run("--sandbox", "tail", "--no-follow", "--since", "5h30m", "--output", "raw")
            #expect(ended.exit == 0)
            let words = ended.errorLines.first?.split(separator: " ").map(String.init) ?? []
            #expect(words.count == 4 && words[0] == "from" && words[2] == "to")
            let begin = try Date(words[1], strategy: .iso8601)
            let end = try Date(words[3], strategy: .iso8601)
            #expect(abs(end.timeIntervalSince(begin) - 19_800) <= 1)
        }

        @Test(
            "what AWS refuses: the group and what to do, never a success",
            arguments: [
                (["--filter", "{ $.a = "], 1, "InvalidParameterException"), (["/aws/lambda/nobody"], 1, "/aws/lambda/nobody"),
                (["rare"], 64, "INFREQUENT_ACCESS"),
            ] as [([String], Int32, String)])
        func refusedByAWS(words: [String], exit: Int32, word: String) async throws {
            try await withGroup("rare", "logGroupClass='INFREQUENT_ACCESS'") {
                let ended = try await Programs.run(
                    Console.path, ["--sandbox", "tail", "--no-follow", "--region", "us-east-1"] + words)
                #expect(ended.exit == exit, "\(ended.error)")
                #expect(ended.output.isEmpty && ended.error.contains(word), "\(ended.error)")
            }
        }

        @Test("binary, damaged and 256 KB messages are shown whole; one dated ahead is shown and holds up nothing")
        func strangeMessages() async throws {
            try await withGroup("strange", "") {
                let sent = try await Clients.boto3(
                    "us-east-1",
                    #"""
                    import time
                    logs = client('logs')
                    logs.create_log_stream(logGroupName='strange', logStreamName='s')
                    now = int(time.time() * 1000)
                    messages = ['\x01\x7f\x1b[31m"\\', 'bad: \ufffd', 'é' * 131000, 'plain', 'ahead']
                    logs.put_log_events(logGroupName='strange', logStreamName='s', logEvents=[
                        {'timestamp': now + i + (3600000 if m == 'ahead' else 0), 'message': m} for i, m in enumerate(messages)])
                    answer = messages
                    """#)
                let words = [
                    "--sandbox", "tail", "strange", "--region", "us-east-1", "--follow", "--since", "5m", "--output", "jsonl",
                ]
                try await Folder.with { folder in
                    let file = folder + "/lines"
                    let quoted = words.joined(separator: " ")
                    let ended = try await Programs.run(
                        "/bin/bash", ["-c", "exec taskops \(quoted) > \(file)"], variables: LocalStack.current.variables
                    ) { tail in
                        try await expectSoon("all lines come") {
                            (FileManager.default.contents(atPath: file) ?? Data()).count { $0 == UInt8(ascii: "\n") } == 5
                        }
                        try tail.interrupt()
                    }
                    #expect(ended.exit == 0, "\(ended.error)")
                    let text = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
                    let shown = try text.split(separator: "\n").map { try JSONValue(String($0))["message"]?.text }
                    #expect(Set(shown) == Set(sent.items.map(\.text)))
                }
            }
        }

        // MARK: -

        @discardableResult
        private func canary() async throws -> CanaryJSON {
            let canary = try await CanaryJSON.run()
            #expect(canary.exit == 0, "\(canary.document)")
            // The function writes its last lines after it has answered.
            for region in ["us-east-1", "us-west-2"] {
                try await expectSoon("the last START has its REPORT") {
                    try await Clients.boto3(
                        region,
                        """
                        pages = client('logs').get_paginator('filter_log_events').paginate(logGroupName='\(Self.group)')
                        words = [e['message'].split() for page in pages for e in page['events']]
                        starts = [w[2] for w in words if w[:1] == ['START']]
                        answer = bool(starts) and starts[-1] in [w[2] for w in words if w[:1] == ['REPORT']]
                        """) == .bool(true)
                }
            }
            return canary
        }

        private func json(_ words: String...) async throws -> (lines: [JSONValue], ended: Ended) { try await json(words) }

        private func json(_ words: [String]) async throws -> (lines: [JSONValue], ended: Ended) {
            let ended = try await Programs.run(
                Console.path, ["--sandbox", "tail", "--no-follow", "--since", "1h", "--output", "jsonl"] + words)
            #expect(ended.exit == 0, "\(ended.error)")
            return (try ended.lines.map { try JSONValue($0) }, ended)
        }

        private func withGroup(_ name: String, _ more: String, _ body: () async throws -> Void) async throws {
            try await Clients.boto3("us-east-1", "client('logs').create_log_group(logGroupName='\(name)', \(more))")
            do {
                try await body()
            } catch {
                try await Clients.boto3("us-east-1", "client('logs').delete_log_group(logGroupName='\(name)')")
                throw error
            }
            try await Clients.boto3("us-east-1", "client('logs').delete_log_group(logGroupName='\(name)')")
        }
    }
}
