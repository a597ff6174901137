package import Basics
import Database
import FoundationEssentials
import TaskSystem

/// One run of the canary: a task created, completed and removed in each Region at once.
package struct CanaryRun: Sendable {
    private let stack: String
    private let all: [CanaryTarget]
    private let probed: [CanaryTarget]
    private let options: CanaryOptions
    private let diagnose: CanaryDiagnose?

    /// - Parameters:
    ///   - all: every Region of the stack; the peer is found among them.
    ///   - regions: those to probe.
    ///   - diagnose: names the broken link when a walk failed.
    package init(
        stack: String, all: [CanaryTarget], probing regions: [String], options: CanaryOptions, diagnose: CanaryDiagnose? = nil
    ) {
        self.diagnose = diagnose
        self.stack = stack
        self.all = all
        probed = all.filter { regions.contains($0.region) }
        self.options = options
    }

    /// Never throws: whatever fails is a row of the report.
    ///
    /// - Parameters:
    ///   - past: what to ask each Region's database about earlier runs.
    ///   - deadline: the end of the whole run, clean-up included.
    ///   - stop: ends the probing at once; the clean-up still runs.
    ///   - report: called when a probe turns to its next hop.
    package func run(
        asking past: [String: CanaryPast.Question] = [:], deadline: Deadline, stop: StopSignal,
        report: @escaping @Sendable (CanaryProgress) -> Void
    ) async -> (report: CanaryReport, traces: [CanaryTrace]) {
        let startedAt = UTCTime(secondsSince1970: Int(Date().timeIntervalSince1970.rounded(.down)))
        let mark = CanaryMark(stack: stack)
        let results = await probed.boundedMap { target in
            let probe = RegionProbe(
                target: target, peer: all.first { $0.region != target.region }, mark: mark,
                past: past[target.region] ?? .init(), options: options, deadline: deadline, stop: stop, report: report,
                diagnose: diagnose)
            return await probe.run()
        }
        let report = CanaryReport(
            stack: stack, startedAt: startedAt.iso8601, regions: results.map(\.report),
            consistency: results.compactMap(\.consistency))
        return (report, results.map(\.trace))
    }
}
