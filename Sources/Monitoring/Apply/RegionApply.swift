import AWS
import Basics

/// Makes one Region's changes, one after the other.
struct RegionApply {
    let stack: String
    let writer: ResourceWriter
    let stop: StopSignal
    let tell: @Sendable (ApplyEvent) -> Void
    /// What one change may take.
    var patience = Duration.seconds(90)
    private let retry: BusyRetry
    private var look: LiveLook
    private(set) var results: [ResourceID: ChangeResult] = [:]
    /// What stands in the way of all that is left: the next call would meet it too.
    private var obstacle: Problem?

    init(
        stack: String, region: String, client: AWSClient, retry: BusyRetry, stop: StopSignal,
        tell: @escaping @Sendable (ApplyEvent) -> Void
    ) {
        self.stack = stack
        self.retry = retry
        writer = ResourceWriter(region: region, client: client, retry: retry)
        self.stop = stop
        self.tell = tell
        look = LiveLook(region: region, client: client)
    }

    mutating func rules(of ids: [ResourceID]) async throws(AWSError) -> [ResourceID: String] {
        try await looking { (look, deadline) async throws(AWSError) in try await look.rules(of: ids, deadline: deadline) }
    }

    /// What is there in the moment before it is written.
    private mutating func resource(
        _ step: ApplyOrder.Step, before steps: ArraySlice<ApplyOrder.Step>
    ) async throws(AWSError) -> (found: LiveResource?, isNamesake: Bool) {
        let next = steps.lazy.filter { $0.change.id.kind.isAlarm }.prefix(100).map(\.change.id.name)
        return try await looking { (look, deadline) async throws(AWSError) in
            try await look.resource(step.change, next: Array(next), deadline: deadline)
        }
    }

    private mutating func looking<Value>(
        _ body: (inout LiveLook, Deadline) async throws(AWSError) -> Value
    ) async throws(AWSError) -> Value {
        let deadline = Deadline.after(patience)
        var look = look
        defer { self.look = look }
        return try await retry { () async throws(AWSError) in try await body(&look, deadline) }
    }

    // MARK: Writing

    mutating func write(_ steps: [ApplyOrder.Step]) async {
        for (index, step) in steps.enumerated() {
            guard mayBegin(step) else { continue }
            tell(.began(step.change.id, step.change.action))
            do throws(AWSError) {
                let now = try await resource(step, before: steps[index...])
                finish(step.change, try await write(step.change, now))
            } catch {
                fail(step.change, error)
            }
        }
    }

    private func write(
        _ change: Change, _ now: (found: LiveResource?, isNamesake: Bool)
    ) async throws(AWSError) -> ChangeResult {
        let deadline = Deadline.after(patience)
        switch ApplyDecision.of(change, found: now.found, stack: stack, namesake: now.isNamesake) {
        case .make:
            do {
                return ChangeResult(change, .done, messages: try await writer.write(change, over: nil, deadline: deadline))
            } catch {
                guard error.code == "ResourceAlreadyExistsException" else { throw error }
                return try await finishMade(change, deadline: deadline)
            }
        case .write(let found):
            return ChangeResult(change, .done, messages: try await writer.write(change, over: found, deadline: deadline))
        case .mark(let found):
            try await writer.mark(change, on: found, deadline: deadline)
            return ChangeResult(change, .done)
        case .nothing, .remove: return ChangeResult(change, .already)
        case .moved(let problem): return ChangeResult(change, .moved, problem: problem)
        }
    }

    /// A group that was not there a moment ago: ours, where the answer to our own call was lost, or somebody's.
    private func finishMade(_ change: Change, deadline: Deadline) async throws(AWSError) -> ChangeResult {
        var look = look
        let now = try await retry { () async throws(AWSError) in
            try await look.resource(change, next: [], deadline: deadline)
        }
        let decision = ApplyDecision.of(change, found: now.found, stack: stack)
        guard case .write(let found) = decision else {
            if case .moved(let problem) = decision { return ChangeResult(change, .moved, problem: problem) }
            return ChangeResult(change, .already)
        }
        return ChangeResult(change, .done, messages: try await writer.write(change, over: found, deadline: deadline))
    }

    // MARK: Deleting

    mutating func delete(_ steps: [ApplyOrder.Step]) async {
        var batch: [Change] = []
        for (index, step) in steps.enumerated() {
            // Composite alarms go one at a time, and before what they name (API reference, DeleteAlarms).
            if step.change.id.kind != .metricAlarm || batch.count == 100 { await deleteAlarms(&batch) }
            guard mayBegin(step) else { continue }
            tell(.began(step.change.id, step.change.action))
            do throws(AWSError) {
                let now = try await resource(step, before: steps[index...])
                switch ApplyDecision.of(step.change, found: now.found, stack: stack, namesake: now.isNamesake) {
                case .remove where step.change.id.kind == .metricAlarm: batch.append(step.change)
                case .remove(let found):
                    if let problem = Self.protection(of: found) {
                        finish(step.change, ChangeResult(step.change, .failed, problem: problem))
                        continue
                    }
                    try await writer.delete(step.change.id, deadline: .after(patience))
                    finish(step.change, ChangeResult(step.change, .done))
                case .moved(let problem): finish(step.change, ChangeResult(step.change, .moved, problem: problem))
                default: finish(step.change, ChangeResult(step.change, .already))
                }
            } catch {
                fail(step.change, error)
            }
        }
        await deleteAlarms(&batch)
    }

    private mutating func deleteAlarms(_ batch: inout [Change]) async {
        defer { batch = [] }
        guard batch.count > 1, !stop.isRequested, obstacle == nil else { return await deleteEach(batch) }
        do throws(AWSError) {
            try await writer.deleteAlarms(batch.map(\.id.name), deadline: .after(patience))
            for change in batch { finish(change, ChangeResult(change, .done)) }
        } catch {
            // One of them is held, or gone: each for itself then.
            await deleteEach(batch)
        }
    }

    private mutating func deleteEach(_ batch: [Change]) async {
        for change in batch {
            guard obstacle == nil, !stop.isRequested else {
                results[change.id] = ChangeResult(change, .notReached, problem: obstacle)
                continue
            }
            do throws(AWSError) {
                try await writer.delete(change.id, deadline: .after(patience))
                finish(change, ChangeResult(change, .done))
            } catch {
                fail(change, error)
            }
        }
    }

    private static func protection(of found: LiveResource) -> Problem? {
        guard found.fields["deletionProtectionEnabled"] == true else { return nil }
        return Problem(
            .conflict, "\(found.id) is protected against deletion",
            hint: "aws logs put-log-group-deletion-protection --log-group-identifier '\(found.id.name)' "
                + "--no-deletion-protection-enabled --region \(found.id.region)")
    }

    // MARK: Keeping the books

    /// Whether it is this change's turn; if not, the books say why.
    private mutating func mayBegin(_ step: ApplyOrder.Step) -> Bool {
        if stop.isRequested || obstacle != nil {
            results[step.change.id] = ChangeResult(step.change, .notReached, problem: obstacle)
            return false
        }
        let missing = step.needs.first { need in results[need].map { !$0.isDone } ?? false }
        guard let missing else { return true }
        finish(step.change, ChangeResult(step.change, .skipped, because: missing))
        return false
    }

    private mutating func finish(_ change: Change, _ result: ChangeResult) {
        results[change.id] = result
        tell(.ended(result))
    }

    private mutating func fail(_ change: Change, _ error: AWSError) {
        var problem = error.problem
        if problem.kind == .denied { problem.hint = "taskops permissions apply" }
        if problem.kind == .throttled {
            problem.hint = "the next run goes on where this one stopped: taskops apply"
        }
        if problem.location == nil { problem.location = change.place }
        if [.credentials, .throttled, .unreachable].contains(problem.kind) { obstacle = problem }
        if problem.kind == .unreachable || problem.kind == .timedOut {
            problem.hint = "whether it was written is not known; the next run looks"
        }
        let messages = error.validation.map { ChangeResult.Message(dataPath: $0.dataPath, message: $0.message) }
        // A ValidationError in these words; the model has ResourceConflict for it.
        if error.code == "ResourceConflict" || error.message?.contains("composite alarm(s) depending") ?? false {
            problem.hint =
                "a composite alarm names it: aws cloudwatch describe-alarms --parents-of-alarm-name '\(change.id.name)' "
                + "--region \(change.id.region)"
        }
        finish(change, ChangeResult(change, .failed, problem: problem, messages: messages))
    }
}
