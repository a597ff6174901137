import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Subprocess
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Tailing

/// The whole engine against the local stack: nothing lost and nothing twice with the lags, the groups and the troubles
/// of the field's measurements. Here a few cells run beside each other; `make tail-matrix` runs all of them, one cell's
/// lines at a time, and writes docs/tail.md.
@Suite struct TailStackTests {
    static let python: String = Repository.root + "/.taskops/venv/bin/python"
    /// `all`, or what the names of some cells begin with, with commas between them.
    static let matrix = ProcessInfo.processInfo.environment["TASKOPS_TAIL_MATRIX"]
    /// So many cells' lines are written at a time: two, for the machine is idle most of the time.
    static let matrixWidth = 2

    private struct Stack: Decodable, Sendable {
        let endpoint: String
        let control: String
        let key: String
        let secret: String

        func client(_ region: String) -> AWSClient {
            let credentials = AWSCredentials(accessKeyID: key, secretAccessKey: Secret(secret))
            var configuration = AWSClient.Configuration(credentials: StaticCredentials(credentials), region: region)
            configuration.endpoints = EndpointSettings(override: endpoint)
            configuration.transport = HTTPTransport()
            configuration.quotaShare = LogTail.quotaShare
            return AWSClient(configuration)
        }

        func inflict(_ fault: String) async throws {
            var request = HTTPRequest(method: "POST", url: control + "/faults")
            request.body = Data(fault.utf8)
            request.bypassesProxy = true
            let answer = try await HTTPTransport.shared.send(request, deadline: .after(.seconds(20)))
            #expect((200..<300).contains(answer.status), "\(String(decoding: answer.body, as: UTF8.self))")
        }
    }

    private struct Said: Decodable {
        let cell: String
        let made: Bool?
        let written: Int?
    }

    /// What the writer said so far, by cell.
    private final class Writer: Sendable {
        let made = Mutex<Set<String>>([])
        let written = Mutex<[String: Int]>([:])

        func note(_ said: Said) {
            if said.made == true { made.withLock { _ = $0.insert(said.cell) } }
            if let count = said.written { written.withLock { $0[said.cell] = count } }
        }
    }

    @Test(
        .enabled("the project's own Python is not set up (make setup)") {
            FileManager.default.isExecutableFile(atPath: python)
        },
        .timeLimit(.minutes(matrix == nil ? 15 : 60)))
    func cells() async throws {
        let usual =
            TailCell.troubled(seconds: 8) + [
                .init(name: "lambda", lag: [1000, 10_000], isLambda: true, groups: 3, rate: 40, seconds: 8)
            ]
        let cells =
            Self.matrix.map { names in
                TailCell.all(seconds: 30).filter { cell in
                    names == "all" || names.split(separator: ",").contains { cell.name.hasPrefix($0) }
                }
            } ?? usual
        let rows = try await withStack { stack, writer, tell in
            try await withThrowingTaskGroup(of: (Int, String).self) { tasks in
                var timed: [String] = []
                for (index, cell) in cells.enumerated() {
                    if let fault = cell.fault { try await stack.inflict(fault) }
                    // Other tests keep the machine busy: a tail may begin long after its first lines were written.
                    let began = Int64(Date().timeIntervalSince1970 * 1000)
                    try await tell(cell)
                    tasks.addTask { (index, try await self.tail(cell, since: began, stack, writer)) }
                    // The next one's lines when one's are written: its end only waits for the last of them. Those in
                    // trouble, of which nothing is timed, run beside each other.
                    if cell.isTimed { timed.append(cell.name) }
                    while Self.matrix != nil, timed.count >= Self.matrixWidth {
                        try await Task.sleep(for: .milliseconds(50))
                        writer.written.withLock { written in timed.removeAll { written[$0] != nil } }
                    }
                }
                var rows: [(Int, String)] = []
                for try await row in tasks {
                    if Self.matrix != nil { print(row.1) }
                    rows.append(row)
                }
                return rows.sorted { $0.0 < $1.0 }.map(\.1)
            }
        }
        guard Self.matrix == "all" else { return }
        try Self.write(rows)
    }

    /// Puts the table between its marks.
    private static func write(_ rows: [String]) throws {
        let path = Repository.root + "/docs/tail.md"
        let (begin, end) = ("<!-- matrix: begin -->\n", "<!-- matrix: end -->")
        let page = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        let first = try #require(page.firstRange(of: begin))
        let last = try #require(page.firstRange(of: end))
        let table = """
            | cell | groups × Regions | lines | lost | twice | inversions unmarked | marked late | transfer | p50 beyond ingestion | held | told |
            | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
            \(rows.joined(separator: "\n"))

            """
        try Data((page[..<first.upperBound] + table + page[last.lowerBound...]).utf8).write(to: URL(filePath: path))
    }

    private func withStack<Result: Sendable>(
        _ body: @escaping @Sendable (Stack, Writer, @escaping @Sendable (TailCell) async throws -> Void) async throws -> Result
    ) async throws -> Result {
        let outcome = try await run(
            .name("env"),
            arguments: [Self.python, Repository.root + "/Tests/TailingTests/tail_stack.py", Repository.root + "/sandbox"],
            input: .inputWriter, output: .sequence, error: .discarded
        ) { execution in
            let writer = Writer()
            let input = execution.standardInputWriter
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            let first = try await lines.next()
            let stack = try JSONDecoder().decode(Stack.self, from: Data(try #require(first).utf8))
            async let result = body(stack, writer) { cell in
                let text = String(decoding: try JSONEncoder().encode(cell), as: UTF8.self) + "\n"
                _ = try await input.write(Array(text.utf8))
                while !writer.made.withLock({ $0.contains(cell.name) }) { try await Task.sleep(for: .milliseconds(20)) }
            }
            let noting = Task { [lines] in
                var lines = lines
                while let text = try await lines.next() {
                    writer.note(try JSONDecoder().decode(Said.self, from: Data(text.utf8)))
                }
            }
            let value = try await result
            try await input.finish()
            noting.cancel()
            return value
        }
        return outcome.closureResult
    }

    /// Tails a cell until all was shown, or long enough for it.
    private func tail(_ cell: TailCell, since began: Int64, _ stack: Stack, _ writer: Writer) async throws -> String {
        if cell.trouble == .killed9 { return try await tailKilled(cell, stack, writer) }
        let witness = TailWitness()
        let clients = Dictionary(uniqueKeysWithValues: cell.regions.map { ($0, stack.client($0)) })
        var options = TailOptions(
            groups: cell.regions.map { LogGroupReference(region: $0, name: "/\(cell.name)/*") }, window: .init(start: began))
        options.hold = cell.hold
        options.isLive = [.live, .liveDropped].contains(cell.trouble)
        options.cursorScope = cell.trouble == .killed ? "matrix" : nil
        if cell.trouble == .killed {
            // Once it has shown a fifth, two fifths, three fifths of the lines.
            for (kill, fifths) in zip(TailWitness.Kill.allCases, 1...) {
                let lines = Int(Double(cell.rate) * cell.seconds) * fifths / 5
                try await tailUntilKilled(clients, options, witness, kill, atLine: lines)
                options.cursor = witness.revive()
            }
        }
        let stop = StopSignal()
        let tail = LogTail(clients: clients, options: options)
        async let outcome = tail.run(stop: stop) { witness.show($0, $1) }
        try await wait(for: cell, writer) { witness.distinct }
        // Whatever would come twice would come with the next reads.
        try await Task.sleep(for: .seconds(8))
        stop.request()
        let state = try await outcome
        let counts = witness.counts.withLock { $0 }
        #expect(state.late <= counts.marked)
        switch cell.trouble {
        case .throttled: #expect(counts.notices[.slowedDown] == 1, "\(counts.notices)")
        case .liveDropped: #expect((counts.notices[.liveEnded] ?? 0) >= 1, "\(counts.notices)")
        default: break
        }
        let written = try check(cell, counts, writer)
        let transfer = Double(state.fetched + counts.fetchedBefore) / Double(written)
        let median = counts.delays.isEmpty ? 0 : counts.delays.sorted()[counts.delays.count / 2]
        // Longer cells are to show what a tail does that has seen how late lines are.
        let settled = cell.seconds > 60 && !counts.settled.isEmpty ? counts.settled.sorted()[counts.settled.count / 2] : nil
        if Self.matrix != nil, cell.trouble == .none, cell.hold == .automatic {
            let usual = settled ?? median
            #expect(!cell.hasCalls || usual <= 800, "\(cell.name): half of the lines within \(usual) ms")
            #expect(cell.lag != [300, 8000] || transfer <= 4, "\(cell.name): each line read \(transfer) times")
        }
        var middle = "\(Double(median) / 1000)"
        if let settled { middle += ", after 30 s \(Double(settled) / 1000)" }
        return row(cell, written, counts, "\(Self.tenths(transfer))", middle, "\(Double(state.hold) / 1000)")
    }

    private func wait(for cell: TailCell, _ writer: Writer, _ distinct: () -> Int) async throws {
        let deadline =
            ContinuousClock.now
            + .seconds(cell.seconds + Double(cell.lag[1]) / 1000 + (cell.trouble == .throttled ? 300 : 120))
        while ContinuousClock.now < deadline {
            if let written = writer.written.withLock({ $0[cell.name] }), distinct() >= written { return }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// - Returns: how many lines there were.
    private func check(_ cell: TailCell, _ counts: TailWitness.Counts, _ writer: Writer) throws -> Int {
        let written = try #require(writer.written.withLock { $0[cell.name] }, "\(cell.name) was not written")
        #expect(counts.lines.count == written, "\(cell.name): lines are lost")
        #expect(counts.lines.values.allSatisfy { $0 == 1 }, "\(cell.name): lines come twice")
        #expect(counts.unmarked == 0, "\(cell.name): lines are out of order, and not marked")
        return written
    }

    private func row(
        _ cell: TailCell, _ written: Int, _ counts: TailWitness.Counts, _ transfer: String, _ median: String, _ hold: String
    ) -> String {
        let twice = counts.lines.values.reduce(0) { $0 + $1 - 1 }
        let told = counts.notices.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")
        let late = Self.tenths(Double(counts.marked) * 100 / Double(max(1, counts.shown)))
        return "| "
            + [
                cell.name, "\(cell.groups) × \(cell.regions.count)", "\(written)", "\(written - counts.lines.count)", "\(twice)",
                "\(counts.unmarked)", "\(late) %", transfer, median, hold, told,
            ].joined(separator: " | ") + " |"
    }

    private static func tenths(_ number: Double) -> Double { (number * 10).rounded() / 10 }

    private func tailUntilKilled(
        _ clients: [String: AWSClient], _ options: TailOptions, _ witness: TailWitness, _ kill: TailWitness.Kill,
        atLine due: Int
    ) async throws {
        let stop = StopSignal()
        let tooLate = Task {
            try await Task.sleep(for: .seconds(180))
            stop.request()
        }
        defer { tooLate.cancel() }
        _ = try await LogTail(clients: clients, options: options).run(stop: stop) { events, cursor in
            let isTheEnd = (cursor?.pending).map { witness.distinct + $0.count >= due } ?? false
            witness.show(events, cursor, kill: isTheEnd ? kill : nil)
            if isTheEnd { stop.request() }
        }
        let isDead = witness.counts.withLock { $0.isDead }
        try #require(isDead, "\(due) lines were not shown in three minutes")
    }

    // MARK: - The program itself

    private struct Record: Decodable {
        let region: String
        let group: String
        let message: String
        let timestamp: Int64
        let ingestionTime: Int64
        let late: Bool
    }

    /// `taskops tail --cursor` into a file, killed again and again.
    private func tailKilled(_ cell: TailCell, _ stack: Stack, _ writer: Writer) async throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = String(tests[..<(try #require(tests.lastIndex(of: "/")))]) + "/taskops"
        let folder = FileManager.default.temporaryDirectory.path + "/taskops-tail-\(UInt64.random(in: 0 ..< .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let arguments =
            ["-c", "exec \"$0\" \"$@\" >>out 2>>errors", program, "tail"] + [
                "/\(cell.name)/*", "--region", cell.regions[0], "--since", "1m", "--follow", "--output", "jsonl", "--cursor",
                "cursor",
            ]
        let environment: Environment = .custom([
            "PATH": "/usr/bin:/bin", "HOME": folder, "AWS_ACCESS_KEY_ID": stack.key, "AWS_SECRET_ACCESS_KEY": stack.secret,
            "AWS_ENDPOINT_URL": stack.endpoint,
        ])
        func once(_ signal: Signal, when isDue: @escaping @Sendable () async throws -> Void) async throws {
            _ = try await run(
                .path("/bin/sh"), arguments: Arguments(arguments), environment: environment, workingDirectory: FilePath(folder),
                input: .none, output: .discarded, error: .discarded
            ) { execution in
                try await isDue()
                try execution.send(signal: signal)
            }
        }
        let read: @Sendable () -> TailWitness.Counts = {
            var counts = TailWitness.Counts()
            for line in (FileManager.default.contents(atPath: folder + "/out") ?? Data()).split(separator: 0x0A) {
                guard let record = try? JSONDecoder().decode(Record.self, from: line) else { continue }
                var shown = LogLine(
                    region: record.region, group: record.group, stream: "", id: nil, timestamp: record.timestamp,
                    ingestionTime: record.ingestionTime, message: record.message)
                shown.isLate = record.late
                counts.take(shown)
            }
            return counts
        }
        var kills = 0
        while kills < 2 || writer.written.withLock({ $0[cell.name] }) == nil {
            try await once(.kill) { try await Task.sleep(for: .milliseconds(.random(in: 1200...2500))) }
            kills += 1
        }
        try await once(.interrupt) {
            try await self.wait(for: cell, writer) { read().lines.count }
            try await Task.sleep(for: .seconds(8))
        }
        let counts = read()
        let written = try check(cell, counts, writer)
        return row(cell, written, counts, "", "", "killed \(kills) times")
    }
}
