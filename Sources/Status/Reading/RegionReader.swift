import AWS
import Basics
import Database
import Findings
import FoundationEssentials
import TaskSystem

/// Everything one look found in one Region, before it was judged.
struct RegionLook: Sendable {
    var region: String
    var facts = RegionFacts()
    var metrics: Reading<MetricReading>
    /// The function's environment, for comparing Regions; it goes nowhere else.
    var environment = Secret<[String: String]>([:])
    /// Database connections that had to be opened.
    var connections = 0
}

/// Asks one Region's sources, all at once.
struct RegionReader: Sendable {
    let target: StatusTarget
    let mark: CanaryMark
    let memory: RegionMemory
    /// Of every source.
    let deadline: Deadline

    var region: String { target.region }
    var stack: RegionalStack { target.stack }

    /// Never throws, and is back by the deadline.
    func look(_ report: @escaping @Sendable (StatusProgress) -> Void) async -> RegionLook {
        let watch = SourceWatch(region, sources, report)
        async let bus = asked(.bus) { await read(.bus, watch) { try await self.bus() } }
        async let rule = asked(.rule) { await read(.rule, watch) { try await self.rule() } }
        async let delivery = asked(.targets) { await self.delivery(watch) }
        async let function = asked(.function) { await functionAndLogGroup(watch) }
        async let deadLetterQueue = asked(.deadLetterQueue) { await queue(stack.deadLetterQueue, .deadLetterQueue, watch) }
        async let failureQueue = asked(.failureQueue) { await queue(stack.failureQueue, .failureQueue, watch) }
        async let alarms = asked(.alarms) { await attempt(.alarms, watch) { try await self.allAlarms() } }
        async let data = clusterDatabaseAndMetrics(watch)

        var look = RegionLook(region: region, metrics: await data.metrics)
        look.facts.bus = await bus
        look.facts.rule = await rule
        if let delivery = await delivery {
            (look.facts.targets, look.facts.policy, look.facts.eventInvokeConfig) = delivery
        }
        if let function = await function {
            (look.facts.function, look.environment, look.facts.logGroup) = function
        }
        look.facts.deadLetterQueue = await deadLetterQueue ?? nil
        look.facts.failureQueue = await failureQueue ?? nil
        look.facts.cluster = await data.cluster
        // Only now is it known which cluster a tag meant.
        let ours = StackAlarms(stack, cluster: await data.id)
        look.facts.alarms = await alarms.map { Reading($0.map { ours.of($0) }) }
        look.facts.database = await data.database.reading
        look.facts.databasePhase = await data.database.phase
        look.facts.databaseSQLState = await data.database.sqlState
        look.connections = await data.database.connections
        let offset = target.client.clockOffset
        look.facts.clockOffset = offset == 0 ? nil : Int(offset.rounded())
        return look
    }

    private var sources: [StatusSource] {
        StatusSource.allCases.filter { source in
            switch source {
            case .deadLetterQueue: target.sources.contains(source) && stack.deadLetterQueue != nil
            case .failureQueue: target.sources.contains(source) && stack.failureQueue != nil
            // One goes with the other.
            case .policy, .eventInvokeConfig: target.sources.contains(.targets)
            case .logGroup: target.sources.isSuperset(of: [.function, .logGroup])
            case .cluster, .database: true
            default: target.sources.contains(source)
            }
        }
    }

    /// Nil where nobody asked for it.
    private func asked<Value: Sendable>(_ source: StatusSource, _ body: () async -> Value) async -> Value? {
        target.sources.contains(source) ? await body() : nil
    }

    /// One source's answer, or why there is none.
    func read<Value>(
        _ source: StatusSource, _ watch: SourceWatch, _ body: () async throws -> Value
    ) async -> Reading<Value> {
        Reading(await attempt(source, watch, body))
    }

    func attempt<Value>(
        _ source: StatusSource, _ watch: SourceWatch, _ body: () async throws -> Value
    ) async -> Result<Value, Problem> {
        defer { watch.ended(source) }
        return await .of(body)
    }
}

extension Reading {
    init(_ result: Result<Value, Problem>) {
        switch result {
        case .success(let value): self = .read(value)
        case .failure(let problem): self = .failed(problem)
        }
    }
}

extension Result where Failure == Problem {
    /// What `body` returned, or the problem it threw.
    static func of(_ body: () async throws -> Success) async -> Result {
        do {
            return .success(try await body())
        } catch {
            return .failure(.ofSource(error))
        }
    }
}
