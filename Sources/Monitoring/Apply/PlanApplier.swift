package import AWS
package import Basics
package import FoundationEssentials
import Synchronization

package enum ApplyEvent: Sendable, Hashable {
    case began(ResourceID, Change.Action)
    case ended(ChangeResult)
}

/// How far it is.
package struct ApplyProgress: Sendable, Hashable {
    package var done: Int
    package var total: Int
    /// Seconds, by AWS's rates.
    package var left: Double
    /// What is being made.
    package var current: ResourceID
    package var action: Change.Action

    package init(done: Int, total: Int, left: Double, current: ResourceID, action: Change.Action) {
        self.done = done
        self.total = total
        self.left = left
        self.current = current
        self.action = action
    }
}

/// Does what a plan says and nothing else. Each thing is looked at just before it is written; what has moved since the plan
/// is left alone. Failures of one do not stop the others, but for those that need it.
package struct PlanApplier: Sendable {
    let plan: Plan
    let clients: [String: AWSClient]
    var retry = BusyRetry()

    /// - Parameter clients: by Region, for every Region of the plan.
    package init(plan: Plan, clients: [String: AWSClient]) {
        self.plan = plan
        self.clients = clients
    }

    /// - Parameter stop: ends it after the change at hand.
    /// - Throws: what makes the whole plan impossible, before anything is written.
    package func run(
        at date: Date, stop: StopSignal, tell: @escaping @Sendable (ApplyProgress) -> Void
    ) async throws(Problem) -> ApplyReport {
        let books = ApplyBooks(plan, share: clients.values.first?.configuration.quotaShare ?? 0.5, tell: tell)
        var regions = try workers(stop: stop) { books.note($0) }
        let order = try ApplyOrder(plan.changes, liveRules: try await liveRules(&regions))
        let steps = (writes: Self.byRegion(order.writes), deletes: Self.byRegion(order.deletes))
        await Self.each(&regions) { region, worker in
            await worker.write((steps.writes[region] ?? []).filter { $0.change.id.kind != .dashboard })
        }
        // Dashboards show alarms, so that they come when these are there, and go before these go.
        await Self.each(&regions) { region, worker in
            await worker.write((steps.writes[region] ?? []).filter { $0.change.id.kind == .dashboard })
        }
        await Self.each(&regions) { region, worker in await worker.delete(steps.deletes[region] ?? []) }
        let results = regions.values.reduce(into: [:]) { $0.merge($1.results) { first, _ in first } }
        let inOrder = (order.writes + order.deletes).map { step in
            results[step.change.id] ?? ChangeResult(step.change, .notReached)
        }
        return ApplyReport(
            plan, at: date.formatted(.iso8601), results: inOrder,
            isInterrupted: stop.isRequested && inOrder.contains { $0.outcome == .notReached })
    }

    private func workers(
        stop: StopSignal, tell: @escaping @Sendable (ApplyEvent) -> Void
    ) throws(Problem) -> [String: RegionApply] {
        var regions: [String: RegionApply] = [:]
        for region in Set(plan.changes.map(\.id.region)) {
            guard let client = clients[region] else {
                throw Problem(.configuration, "the plan is for \(region), which is not a Region of the stack", hint: "plan again")
            }
            regions[region] = RegionApply(
                stack: plan.stack, region: region, client: client, retry: retry, stop: stop, tell: tell)
        }
        return regions
    }

    /// What composite alarms name now decides what can be deleted when; asked only where something is deleted.
    private func liveRules(_ regions: inout [String: RegionApply]) async throws(Problem) -> [ResourceID: String] {
        guard plan.changes.contains(where: { $0.action == .delete && $0.id.kind.isAlarm }) else { return [:] }
        var rules: [ResourceID: String] = [:]
        for region in regions.keys.sorted() {
            let ids = plan.changes.filter {
                $0.id.kind == .compositeAlarm && $0.id.region == region && $0.action != .create
            }.map(\.id)
            guard !ids.isEmpty, var worker = regions[region] else { continue }
            do throws(AWSError) {
                rules.merge(try await worker.rules(of: ids)) { first, _ in first }
            } catch {
                throw error.problem
            }
            regions[region] = worker
        }
        return rules
    }

    private static func byRegion(_ steps: [ApplyOrder.Step]) -> [String: [ApplyOrder.Step]] {
        Dictionary(grouping: steps) { $0.change.id.region }
    }

    private static func each(
        _ regions: inout [String: RegionApply], _ body: @escaping @Sendable (String, inout RegionApply) async -> Void
    ) async {
        let names = regions.keys.sorted()
        let workers = names.compactMap { regions[$0] }
        let changed = await workers.boundedMap { worker in
            var worker = worker
            await body(worker.writer.region, &worker)
            return worker
        }
        for (name, worker) in zip(names, changed) { regions[name] = worker }
    }
}

/// Counts what is done over all Regions, for whoever watches.
private final class ApplyBooks: Sendable {
    private struct State {
        var left: [ResourceID: Change]
        var done = 0
    }

    private let total: Int
    private let pace: ApplyPace
    private let tell: @Sendable (ApplyProgress) -> Void
    private let state: Mutex<State>

    init(_ plan: Plan, share: Double, tell: @escaping @Sendable (ApplyProgress) -> Void) {
        total = plan.changes.count
        pace = ApplyPace(share: share)
        self.tell = tell
        state = Mutex(State(left: Dictionary(plan.changes.map { ($0.id, $0) }) { first, _ in first }))
    }

    func note(_ event: ApplyEvent) {
        switch event {
        case .ended(let result):
            state.withLock { state in
                state.left[result.id] = nil
                state.done += 1
            }
        case .began(let id, let action):
            // Told inside the lock, so that no Region's word overtakes another's.
            state.withLock { state in
                tell(
                    ApplyProgress(
                        done: state.done, total: total, left: pace.left(state.left.values), current: id, action: action))
            }
        }
    }
}
