import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Subprocess
import Synchronization
import TestSupport
import Testing

@testable import Tailing

/// The whole engine against the local stack: nothing lost and nothing twice with the lags, the groups and the troubles
/// of the field's measurements. Cells run beside each other; `make tail-matrix` runs all of them, and writes docs/tail.md.
@Suite struct TailStackTests {
    static let python: String = Repository.root + "/.taskops/venv/bin/python"
    /// `all`, or the name of one cell.
    static let matrix = ProcessInfo.processInfo.environment["TASKOPS_TAIL_MATRIX"]
    /// So many cells at the same time, so that what is measured is not the machine.
    static let beside = 4

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
        .timeLimit(.minutes(20)))
    func cells() async throws {
        let usual =
            TailCell.troubled(seconds: 8) + [.init(name: "lambda", lag: [0, 0], isLambda: true, groups: 3, rate: 40, seconds: 8)]
        let cells =
            Self.matrix.map { name in TailCell.all(seconds: 25).filter { name == "all" || $0.name == name } } ?? usual
        let rows = try await withStack { stack, writer, tell in
            var rows: [String] = []
            var rest = cells[...]
            while !rest.isEmpty {
                let some = Array(rest.prefix(Self.matrix == nil ? cells.count : Self.beside))
                rest = rest.dropFirst(some.count)
                rows += try await withThrowingTaskGroup(of: (Int, String).self) { tasks in
                    for (index, cell) in some.enumerated() {
                        if let fault = cell.fault { try await stack.inflict(fault) }
                        try await tell(cell)
                        tasks.addTask { (index, try await self.tail(cell, stack, writer)) }
                    }
                    return try await tasks.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
                }
            }
            return rows
        }
        guard Self.matrix == "all" else {
            if Self.matrix != nil { print(rows.joined(separator: "\n")) }
            return
        }
        let page = """
            # Following, measured

            The engine against the local stack with its ingestion lag, four cells at a time on one machine of two cores (`make tail-matrix`). \
            A line is written with the lag drawn anew for each; *Lambda* is START and the function's own lines within a second, END and \
            REPORT of the same request after one to ten. Transfer is events read for one shown; the delay is from ingestion to being \
            shown, holding back for order included.

            | cell | lag, s | groups × Regions | lines | lost | twice | inversions unmarked | marked late | transfer | delay p50, s | told |
            | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
            \(rows.joined(separator: "\n"))

            """
        try Data(page.utf8).write(to: URL(filePath: Repository.root + "/docs/tail.md"))
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
    private func tail(_ cell: TailCell, _ stack: Stack, _ writer: Writer) async throws -> String {
        let witness = TailWitness()
        let clients = Dictionary(uniqueKeysWithValues: cell.regions.map { ($0, stack.client($0)) })
        let began = Int64(Date().timeIntervalSince1970 * 1000) - 5000
        var options = TailOptions(
            groups: cell.regions.map { LogGroupReference(region: $0, name: "/\(cell.name)/*") }, window: .init(start: began))
        options.hold = cell.hold
        options.isLive = [.live, .liveDropped].contains(cell.trouble)
        if cell.trouble == .killed {
            // Three ends without warning, each right after a cursor was saved.
            for _ in 0..<3 {
                try await tailUntilKilled(clients, options, witness, after: .milliseconds(2500))
                options.cursor = witness.counts.withLock { counts in
                    (counts.isDead, counts.fetchedBefore) = (false, counts.fetchedBefore + counts.fetched)
                    return counts.cursor
                }
            }
        }
        let stop = StopSignal()
        let tail = LogTail(clients: clients, options: options)
        async let outcome = tail.run(stop: stop) {
            witness.show($0)
        } save: { _ in
        }
        let deadline =
            ContinuousClock.now
            + .seconds(cell.seconds + Double(cell.longestLag) / 1000 + (cell.trouble == .throttled ? 300 : 120))
        while ContinuousClock.now < deadline {
            if let written = writer.written.withLock({ $0[cell.name] }), witness.distinct >= written { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        // Whatever would come twice would come with the next reads.
        try await Task.sleep(for: .seconds(8))
        stop.request()
        let state = try await outcome
        let written = try #require(writer.written.withLock { $0[cell.name] }, "\(cell.name) was not written")
        let counts = witness.counts.withLock { $0 }
        let lost = written - counts.lines.count
        let twice = witness.twice
        #expect(lost == 0, "\(cell.name)")
        #expect(twice == 0, "\(cell.name)")
        #expect(counts.unmarked == 0, "\(cell.name)")
        #expect(state.late <= counts.marked)
        switch cell.trouble {
        case .throttled: #expect(counts.notices[.slowedDown] == 1, "\(counts.notices)")
        case .liveDropped: #expect((counts.notices[.liveEnded] ?? 0) >= 1, "\(counts.notices)")
        default: break
        }
        let transfer = Double(state.fetched + counts.fetchedBefore) / Double(written)
        let median = counts.delays.isEmpty ? 0 : counts.delays.sorted()[counts.delays.count / 2]
        let told = counts.notices.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")
        let lag = cell.isLambda ? "Lambda" : "\(Double(cell.lag[0]) / 1000)–\(Double(cell.lag[1]) / 1000)"
        return
            "| \(cell.name) | \(lag) | \(cell.groups) × \(cell.regions.count) | \(written) | \(lost) | \(twice) | \(counts.unmarked) | \(counts.marked) | \((transfer * 10).rounded() / 10) | \(Double(median) / 1000) | \(told) |"
    }

    private func tailUntilKilled(
        _ clients: [String: AWSClient], _ options: TailOptions, _ witness: TailWitness, after time: Duration
    ) async throws {
        let stop = StopSignal()
        let due = ContinuousClock.now + time
        _ = try await LogTail(clients: clients, options: options).run(stop: stop) {
            witness.show($0)
        } save: { cursor in
            witness.counts.withLock { counts in
                guard !counts.isDead else { return }
                counts.cursor = cursor
                if due <= .now { counts.isDead = true }
            }
            if due <= .now { stop.request() }
        }
    }
}
