import AWS
import Basics
import Findings
import Schema
import Status
import TaskSystem

/// Where looks at the stack come from: the stack itself, or a recording.
struct StatusLooks: Sendable {
    /// The next look; nil when there are no more. It is told of what is still awaited.
    let next: @Sendable (@escaping @Sendable (StatusProgress) -> Void) async throws -> StatusReport?
    /// In the order of taskops.yaml.
    let regions: [String]
    /// Looks that were recorded: they are shown as they are, and the last of them is the one that counts.
    let recorded: [StatusReport]?

    init(recording reports: [StatusReport]) {
        let rest = Remaining(reports)
        next = { _ in await rest.next() }
        regions = reports.last?.regions.map(\.region) ?? []
        recorded = reports
    }

    private init(
        _ run: StatusRun, regions: [String], timeout: Duration, record: StatusRecording.Writer?, stop: StopSignal
    ) {
        next = { progress in
            let report = await run.run(deadline: .after(timeout), stop: stop, report: progress)
            try record?.append(report)
            return report
        }
        self.regions = regions
        recorded = nil
    }

    /// Looks at the stack itself while `body` runs.
    static func live<Result>(
        _ command: StatusCommand, in environment: Environment, stop: StopSignal, _ body: (StatusLooks) async throws -> Result
    ) async throws -> Result {
        let session = try Session(command.global, in: environment)
        let timeout = command.waitFor == nil ? command.timeout?.duration ?? .seconds(10) : .seconds(10)
        if command.output == .text, let first = session.regions.first {
            // Without credentials no Region can be looked at: one sentence says it better than a table of blanks.
            _ = try await session.client(in: first.region).credentials(deadline: .after(timeout))
        }
        let run = StatusRun(
            stack: session.stack, targets: session.regions.map { session.statusTarget($0) },
            schemaVersions: schemaVersions(in: environment))
        let record = try command.record.map { try StatusRecording.Writer($0) }
        let looks = StatusLooks(
            run, regions: session.regions.map(\.region), timeout: timeout, record: record, stop: stop)
        do {
            let result = try await body(looks)
            await run.close()
            return result
        } catch {
            await run.close()
            throw error
        }
    }

    /// The numbers of the files in `schema/`. A machine without a checkout has none, and then the database is compared
    /// with nothing but its peer.
    private static func schemaVersions(in environment: Environment) -> [Int]? {
        try? SchemaFile.load(folder: SchemaFolder.path(named: nil, in: environment)).map(\.version)
    }

    private actor Remaining {
        private var reports: ArraySlice<StatusReport>

        init(_ reports: [StatusReport]) { self.reports = reports[...] }

        func next() -> StatusReport? { reports.popFirst() }
    }
}
