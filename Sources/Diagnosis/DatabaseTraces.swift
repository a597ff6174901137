import Basics
import Database
import Findings
import FoundationEssentials
import TaskSystem

/// What the database holds of an event, at home and at the peer. It reads, and changes nothing.
struct DatabaseTraces: Sendable {
    let home: DatabaseConfiguration
    let away: DatabaseConfiguration?
    let deadline: Deadline

    /// Whether the event was processed, and whether the peer sees what is at home: the event itself, or where nobody
    /// asked about one, the newest task.
    func read(_ event: UUID?) async -> (Reading<Bool>?, Reading<PeerView>?) {
        let here = ReconnectingDatabase(home)
        let there = away.map { ReconnectingDatabase($0) }
        let seen = await row(event, in: here)
        var isProcessed: Reading<Bool>?
        var view: Reading<PeerView>?
        switch seen {
        case .failed(let problem):
            if event != nil { isProcessed = .failed(problem) }
        case .read(let row):
            if event != nil { isProcessed = .read(row != nil) }
            if let there {
                view = await row.asyncMap { await peerView($0, event, here, there) } ?? .read(.nothing)
            }
        }
        await here.close()
        await there?.close()
        return (isProcessed, view)
    }

    private func peerView(
        _ row: UUID, _ event: UUID?, _ here: ReconnectingDatabase, _ there: ReconnectingDatabase
    ) async -> Reading<PeerView> {
        switch await isThere(row, event != nil, in: there) {
        case .failed(let problem): return .failed(problem)
        case .read(true): return .read(.same)
        case .read(false): break
        }
        // It may have been removed between the two questions.
        switch await isThere(row, event != nil, in: here) {
        case .failed(let problem): return .failed(problem)
        case .read(false): return .read(.nothing)
        case .read(true): break
        }
        let what = event == nil ? "the newest task \(row.lowercased)" : "the event's row in processed_events"
        return .read(.behind("\(what) is at \(home.host) and not at \(away?.host ?? "")"))
    }

    /// The event's own row, or the newest task's id.
    private func row(_ event: UUID?, in database: ReconnectingDatabase) async -> Reading<UUID?> {
        await reading {
            try await database.withConnection(deadline: deadline) { connection in
                if let event {
                    let rows = try await connection.query(
                        "SELECT event_id FROM processed_events WHERE event_id = \(event)", deadline: deadline)
                    return try rows.first?["event_id", as: UUID.self]
                }
                let rows = try await connection.query(
                    "SELECT id FROM tasks ORDER BY created_at DESC, id DESC LIMIT 1", deadline: deadline)
                return try rows.first?["id", as: UUID.self]
            }
        }
    }

    private func isThere(_ row: UUID, _ isEvent: Bool, in database: ReconnectingDatabase) async -> Reading<Bool> {
        await reading {
            try await database.withConnection(deadline: deadline) { connection in
                let rows =
                    isEvent
                    ? try await connection.query(
                        "SELECT 1 FROM processed_events WHERE event_id = \(row)", deadline: deadline)
                    : try await connection.query("SELECT 1 FROM tasks WHERE id = \(row)", deadline: deadline)
                return !rows.isEmpty
            }
        }
    }

    private func reading<Value>(_ body: () async throws -> Value) async -> Reading<Value> {
        do { return .read(try await body()) } catch { return .failed(.ofLook(error)) }
    }
}

extension Optional {
    fileprivate func asyncMap<Result>(_ body: (Wrapped) async -> Result) async -> Result? {
        guard let self else { return nil }
        return await body(self)
    }
}
