import AWS
import Basics
import FoundationEssentials

/// A drill in one Region.
struct RegionalDrill: Sendable {
    let drill: AlarmDrill
    let alarm: DrillAlarm
    let client: AWSClient
    let tell: @Sendable (DrillEvent) -> Void

    private var region: String { alarm.region }
    private var cloudWatch: CloudWatch { client.cloudWatch(region) }

    func run(deadline: Deadline, stop: StopSignal) async -> RegionDrill {
        var result = RegionDrill(region: region)
        result.formerState = alarm.state
        result.parents = alarm.parents
        result.silence = alarm.silence
        let expected = alarm.silence == nil ? alarm.actions : []
        result.actions = expected.map { DrillAction(arn: $0) }
        guard !stop.isRequested else {
            result.restored = .untouched
            result.problem = Self.interrupted
            return result
        }
        let evidence = DrillEvidence(reason: drill.reason, actions: expected)
        let watched = await stop.run { await watch(evidence, deadline: deadline) }
        result.reachedAlarm = watched.findings.reachedAlarm
        result.actions = watched.findings.actions
        result.problem = watched.problem
        result.silence = watched.silence ?? result.silence
        if stop.isRequested, result.problem == nil, !watched.findings.isWhole { result.problem = Self.interrupted }
        // Whether it was set at all may be unknown: an answer that never came leaves it open.
        await putBack(&result)
        result.outcome = Self.outcome(of: result)
        return result
    }

    private static let interrupted = Problem(.cancelled, "interrupted before the history had told everything")

    /// Pure: what a Region's drill was worth.
    static func outcome(of result: RegionDrill) -> DrillOutcome {
        if result.actions.contains(where: { $0.result == .failed }) { return .silent }
        guard result.reachedAlarm else { return .unknown }
        if result.silence != nil { return .silent }
        return result.actions.allSatisfy { $0.result == .succeeded } && result.problem == nil ? .rang : .unknown
    }

    // MARK: Watching

    private struct Watched: Sendable {
        var findings: DrillEvidence.Findings
        var silence: DrillSilence?
        var problem: Problem?
    }

    private func watch(_ evidence: DrillEvidence, deadline: Deadline) async -> Watched {
        var watched = Watched(findings: evidence.findings([]))
        // By AWS's clock; a minute earlier, because neither clock is exact and the reason tells what is ours.
        // Whole seconds, as botocore sends them.
        let begin = Date(timeIntervalSince1970: (client.signingTime.timeIntervalSince1970 - 60).rounded(.down))
        do throws(AWSError) {
            tell(.setting(region: region))
            try await cloudWatch.setAlarmState(
                .init(alarmName: alarm.name, stateValue: .alarm, stateReason: drill.reason), deadline: deadline)
            var pause = drill.pause
            while true {
                watched.findings = evidence.findings(try await history(since: begin, deadline: deadline))
                let told = watched.findings.actions.count { $0.result != .untold }
                tell(.watching(region: region, told: told, of: watched.findings.actions.count))
                if watched.findings.isWhole { return watched }
                watched.silence = try await suppression(deadline: deadline)
                if watched.silence != nil, watched.findings.reachedAlarm { return watched }
                guard pause < deadline.remaining, (try? await Task.sleep(for: pause)) != nil else { break }
                pause = min(pause * 3 / 2, .seconds(5))
            }
            if !Task.isCancelled {
                watched.problem = Problem(
                    .timedOut, "the history of \(alarm.name) in \(region) has not told everything in time",
                    cause: alarm.suppressorWait.map { "CloudWatch waits \($0) s for its suppressor before it acts" },
                    hint: "look again: aws cloudwatch describe-alarm-history --alarm-name '\(alarm.name)' --region \(region)")
            }
        } catch {
            // An interruption is told by whoever asked for it.
            watched.problem = Task.isCancelled ? nil : error.problem
        }
        return watched
    }

    /// Whether a composite alarm is kept quiet by another one. While CloudWatch still waits for that one, nothing is known.
    private func suppression(deadline: Deadline) async throws(AWSError) -> DrillSilence? {
        guard alarm.suppressorWait != nil else { return nil }
        let found = try await cloudWatch.describeAlarms(.init(alarmNames: [alarm.name]), deadline: deadline)
        guard let by = found.compositeAlarms?.first?.actionsSuppressedBy, by != "WaitPeriod" else { return nil }
        return .suppressed(by: by)
    }

    private func history(since date: Date, deadline: Deadline) async throws(AWSError) -> [CloudWatch.AlarmHistoryItem] {
        var items: [CloudWatch.AlarmHistoryItem] = []
        var input = CloudWatch.DescribeAlarmHistoryInput(alarmName: alarm.name, startDate: date, maxRecords: 100)
        repeat {
            let page = try await cloudWatch.describeAlarmHistory(input, deadline: deadline)
            items += page.alarmHistoryItems ?? []
            input.nextToken = page.nextToken
        } while input.nextToken != nil
        return items
    }

    // MARK: Putting back

    /// Outside what Ctrl-C ends, and with time of its own.
    private func putBack(_ result: inout RegionDrill) async {
        tell(.puttingBack(region: region))
        let deadline = Deadline.after(drill.mercy)
        do throws(AWSError) {
            if let now = try await current(deadline: deadline), now.reason != drill.reason {
                // Never set, or evaluated since: either way the word that stands is CloudWatch's.
                result.restored = now.reason == alarm.stateReason && !result.reachedAlarm ? .untouched : .byItself
                return
            }
            let reason = DrillReason.clipped("After drill \(drill.mark) by \(drill.by). Before it: \(alarm.stateReason)")
            try await cloudWatch.setAlarmState(
                .init(
                    alarmName: alarm.name, stateValue: .init(rawValue: alarm.state), stateReason: reason,
                    stateReasonData: alarm.stateReasonData), deadline: deadline)
            result.restored = .putBack
        } catch {
            result.restored = .failed
            var problem = error.problem
            problem.summary = "\(alarm.name) in \(region) may still be in ALARM: \(problem.summary)"
            problem.hint =
                "aws cloudwatch set-alarm-state --alarm-name '\(alarm.name)' --state-value \(alarm.state) "
                + "--state-reason 'after a drill' --region \(region)"
            result.problem = problem
        }
    }

    private func current(deadline: Deadline) async throws(AWSError) -> (state: String?, reason: String)? {
        let found = try await cloudWatch.describeAlarms(.init(alarmNames: [alarm.name]), deadline: deadline)
        if let metric = found.metricAlarms?.first {
            return (metric.stateValue?.rawValue, metric.stateReason ?? "")
        }
        if let composite = found.compositeAlarms?.first {
            return (composite.stateValue?.rawValue, composite.stateReason ?? "")
        }
        return nil
    }
}
