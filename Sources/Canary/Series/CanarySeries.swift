import Basics

/// Many runs as one: how they ended, and how long each hop took. It is told of runs in any order and holds no clock.
package struct CanarySeries: Sendable {
    private struct Key: Hashable {
        var step: CanaryHop.Step
        var hop: CanaryHop.Name
    }

    private struct Region {
        var outcomes: [CanaryOutcome: Int] = [:]
        var total = LatencyHistogram()
        var hops: [Key: LatencyHistogram] = [:]
        var staleReads = 0
        var problems: [(hop: String, summary: String, hint: String?, count: Int)] = []
    }

    private let stack: String
    private let startedAt: String
    private var regions: [(name: String, seen: Region)]
    private var runs = 0

    package init(stack: String, regions: [String], startedAt: String) {
        self.stack = stack
        self.startedAt = startedAt
        self.regions = regions.map { ($0, Region()) }
    }

    /// Different problems that are kept word for word; more than these are only counted.
    private static let mostProblems = 10

    package mutating func take(_ report: CanaryReport) {
        runs += 1
        for region in report.regions {
            guard let index = regions.firstIndex(where: { $0.name == region.region }) else { continue }
            regions[index].seen.outcomes[region.outcome, default: 0] += 1
            if let total = region.totalMs { regions[index].seen.total.record(total) }
            for hop in region.hops {
                guard let ms = hop.ms else { continue }
                regions[index].seen.hops[Key(step: hop.step, hop: hop.hop), default: LatencyHistogram()].record(ms)
            }
            for pair in report.consistency where pair.from == region.region {
                regions[index].seen.staleReads += pair.staleReads
            }
            if let problem = region.problem { note(problem, index) }
        }
    }

    /// - Parameter took: from the beginning of the first run to now.
    package func report(took: Duration) -> CanarySeriesReport {
        CanarySeriesReport(
            stack: stack, startedAt: startedAt, runs: runs, tookMs: (took.milliseconds * 10).rounded() / 10,
            regions: regions.map { name, seen in
                CanarySeriesReport.Region(
                    region: name, outcomes: .init(seen.outcomes), total: seen.total.summary,
                    hops: CanaryHop.Step.allCases.flatMap { step in
                        CanaryHop.Name.allCases.compactMap { hop in
                            seen.hops[Key(step: step, hop: hop)]?.summary.map {
                                .init(step: step, hop: hop, clock: hop == .start ? .function : .prober, times: $0)
                            }
                        }
                    }, staleReads: seen.staleReads,
                    problems: seen.problems.map { .init(hop: $0.hop, summary: $0.summary, hint: $0.hint, count: $0.count) })
            })
    }

    /// Problems are the same where they differ in ids alone: each run has its own.
    private mutating func note(_ problem: CanaryProblem, _ index: Int) {
        let same = regions[index].seen.problems.firstIndex {
            $0.hop == problem.hop && Self.withoutIDs($0.summary) == Self.withoutIDs(problem.summary)
        }
        if let same {
            regions[index].seen.problems[same].count += 1
        } else if regions[index].seen.problems.count < Self.mostProblems {
            regions[index].seen.problems.append((problem.hop, problem.summary, problem.hint, 1))
        }
    }

    private static func withoutIDs(_ text: String) -> String {
        text.split(separator: " ").filter { !$0.contains(where: \.isNumber) }.joined(separator: " ")
    }
}

/// What many runs of the canary came to.
package struct CanarySeriesReport: Sendable, Hashable, Codable {
    package var schemaVersion = 1
    package var stack: String
    /// ISO 8601, UTC.
    package var startedAt: String
    package var runs: Int
    package var tookMs: Double
    package var regions: [Region]

    package init(stack: String, startedAt: String, runs: Int, tookMs: Double, regions: [Region]) {
        (self.stack, self.startedAt, self.runs, self.tookMs, self.regions) = (stack, startedAt, runs, tookMs, regions)
    }

    /// The worst of all runs.
    package var outcome: CanaryOutcome { regions.map(\.outcomes.worst).max() ?? .unknown }

    package struct Outcomes: Sendable, Hashable, Codable {
        package var ok = 0
        package var slow = 0
        package var unknown = 0
        package var broken = 0

        package init(_ counts: [CanaryOutcome: Int]) {
            (ok, slow) = (counts[.ok] ?? 0, counts[.slow] ?? 0)
            (unknown, broken) = (counts[.unknown] ?? 0, counts[.broken] ?? 0)
        }

        /// Unknown where there was no run.
        package var worst: CanaryOutcome {
            broken > 0 ? .broken : unknown > 0 ? .unknown : slow > 0 ? .slow : ok > 0 ? .ok : .unknown
        }
    }

    package struct Region: Sendable, Hashable, Codable {
        package var region: String
        package var outcomes: Outcomes
        /// Of the runs in which the task got through.
        package var total: LatencySummary?
        package var hops: [Hop]
        package var staleReads: Int
        /// The most telling ten; the same problem of several runs stands here once.
        package var problems: [Problem]

        package init(
            region: String, outcomes: Outcomes, total: LatencySummary?, hops: [Hop], staleReads: Int, problems: [Problem]
        ) {
            (self.region, self.outcomes, self.total) = (region, outcomes, total)
            (self.hops, self.staleReads, self.problems) = (hops, staleReads, problems)
        }
    }

    package struct Hop: Sendable, Hashable, Codable {
        package var step: CanaryHop.Step
        package var hop: CanaryHop.Name
        package var clock: CanaryHop.Clock
        package var times: LatencySummary

        package init(step: CanaryHop.Step, hop: CanaryHop.Name, clock: CanaryHop.Clock, times: LatencySummary) {
            (self.step, self.hop, self.clock, self.times) = (step, hop, clock, times)
        }
    }

    package struct Problem: Sendable, Hashable, Codable {
        package var hop: String
        package var summary: String
        package var hint: String?
        package var count: Int

        package init(hop: String, summary: String, hint: String?, count: Int) {
            (self.hop, self.summary, self.hint, self.count) = (hop, summary, hint, count)
        }
    }
}
