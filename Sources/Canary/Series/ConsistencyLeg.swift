import AWS
import Basics
import Database
import FoundationEssentials
import Synchronization
import TaskSystem

/// One way of a consistency run: writes at `from`, reads at `to`.
struct ConsistencyLeg: Sendable {
    let from: CanaryTarget
    let to: CanaryTarget
    let mark: CanaryMark
    let patience: Duration
    let stop: StopSignal
    let report: @Sendable () -> Void

    /// After so many failures the rest would fail as well.
    private static let mostFailures = 10

    private struct Tally {
        var begun = 0
        var tasks: [UUID] = []
        var failed = 0
        var unseen = 0
        var reads = 0
        var staleReads = 0
        var staleWrites = 0
        var write = LatencyHistogram()
        var read = LatencyHistogram()
        var staleFor = LatencyHistogram()
        var problem: Problem?
    }

    private final class Tallies: Sendable {
        let state = Mutex(Tally())
    }

    func run(writes: Int, workers: Int) async -> ConsistencyReport.Leg {
        let tally = Tallies()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<min(workers, writes) { group.addTask { await work(tally, writes) } }
        }
        let result = tally.state.withLock(\.self)
        var problem = result.problem
        var removed = 0
        // Outside what Ctrl-C ends: nothing is left behind.
        let home = CanaryRows(from.database, mark: mark)
        do { removed = try await home.removeAll(result.tasks, deadline: .after(.seconds(60))) } catch {
            problem = problem ?? .of(error)
        }
        await home.close()
        return ConsistencyReport.Leg(
            from: from.region, to: to.region, writes: result.tasks.count, failed: result.failed, unseen: result.unseen,
            reads: result.reads, staleReads: result.staleReads, staleWrites: result.staleWrites,
            write: result.write.summary, read: result.read.summary, staleFor: result.staleFor.summary,
            problem: problem?.description, removed: removed)
    }

    // MARK: -

    private func work(_ tally: Tallies, _ writes: Int) async {
        let rows = CanaryRows(to.database, mark: mark)
        // The connection is open before the first write: its making is no reader's delay.
        do { try await rows.greet(deadline: .after(patience)) } catch {
            tally.state.withLock {
                $0.failed += 1
                $0.problem = $0.problem ?? .of(error)
            }
            return
        }
        while !stop.isRequested {
            let isMine = tally.state.withLock { tally in
                guard tally.begun < writes, tally.failed < Self.mostFailures else { return false }
                tally.begun += 1
                return true
            }
            guard isMine else { break }
            await once(tally, rows)
            report()
        }
        await rows.close()
    }

    private func once(_ tally: Tallies, _ rows: CanaryRows) async {
        let deadline = Deadline.after(patience)
        let began = ContinuousClock.now
        do {
            let task = try await write(deadline: deadline)
            let acknowledged = ContinuousClock.now
            tally.state.withLock {
                $0.tasks.append(task)
                $0.write.record(began.duration(to: acknowledged).milliseconds)
            }
            var misses = 0
            var isSeen = false
            while !isSeen, !deadline.hasPassed {
                let readBegan = ContinuousClock.now
                isSeen = try await rows.has(task, deadline: deadline)
                let isFirst = misses == 0
                if !isSeen { misses += 1 }
                tally.state.withLock {
                    $0.reads += 1
                    $0.read.record(readBegan.duration(to: .now).milliseconds)
                    if !isSeen {
                        $0.staleReads += 1
                        if isFirst { $0.staleWrites += 1 }
                    }
                }
                if !isSeen { try await Task.sleep(for: .milliseconds(5)) }
            }
            tally.state.withLock {
                if !isSeen {
                    $0.unseen += 1
                    $0.problem =
                        $0.problem
                        ?? Problem(
                            .timedOut,
                            "task \(task.lowercased), written in \(from.region), could not be read in \(to.region)"
                                + " within \(patience.text)")
                } else if misses > 0 {
                    $0.staleFor.record(acknowledged.duration(to: .now).milliseconds)
                }
            }
        } catch {
            tally.state.withLock {
                $0.failed += 1
                $0.problem = $0.problem ?? .of(error)
            }
        }
    }

    /// Asks the function for a task as its direct callers do, and returns the task's id once the change has committed.
    private func write(deadline: Deadline) async throws -> UUID {
        struct Request: Encodable {
            var httpMethod = "POST"
            var path = "/tasks"
            var body: String
        }
        struct Answer: Decodable {
            var statusCode: Int
            var body: String
        }
        struct Body: Decodable { var id: UUID }
        let draft = TaskDraft(
            title: "canary from \(from.region) to \(to.region)", createdBy: mark.author,
            description: "Written by taskops canary --consistency; it removes it again.")
        let body = String(decoding: try JSONEncoder().encode(draft), as: UTF8.self)
        let output = try await from.client.lambda(from.region).invoke(
            .init(functionName: from.function, payload: try JSONEncoder().encode(Request(body: body))), deadline: deadline)
        guard output.functionError == nil, let answer = try? JSONDecoder().decode(Answer.self, from: output.payload) else {
            throw Problem(
                .failed, "\(from.function) in \(from.region) failed to make a task",
                cause: String(decoding: output.payload.prefix(300), as: UTF8.self))
        }
        guard answer.statusCode == 201, let made = try? JSONDecoder().decode(Body.self, from: Data(answer.body.utf8)) else {
            throw Problem(
                .failed, "\(from.function) in \(from.region) refused to make a task: \(answer.statusCode)",
                cause: String(answer.body.prefix(300)))
        }
        return made.id
    }
}
