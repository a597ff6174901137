import Basics
import Findings
import TaskSystem

/// What the last hour's metrics say. Failure counts are published only when there are some, so no data is never red.
enum MetricRule {
    static func row(_ context: RegionContext) -> StatusRow {
        let name = "CloudWatch metrics"
        switch context.metrics {
        case .read(let reading):
            let findings = lost(context) + failing(context) + database(context) + silence(context) + incomplete(reading, context)
            return StatusRow(part: .metrics, name: name, summary: summary(context), findings: findings)
        case .failed(let problem):
            return StatusRow(
                part: .metrics, name: name, summary: StatusRow.unreadSummary,
                findings: [.unread("the metrics", problem, in: context.region)])
        }
    }

    private static func summary(_ context: RegionContext) -> String {
        let counts = [
            ("matched", context.total(.matchedEvents)), ("invoked", context.total(.invocations)),
            ("failed", context.total(.errors)),
        ]
        return "last hour: " + counts.map { "\(Int($0.1)) \($0.0)" }.joined(separator: ", ")
    }

    // MARK: Events that are gone

    private static func lost(_ context: RegionContext) -> [Finding] {
        let ways: [(MetricSeries.Name, String, String, next: String)] = [
            (
                .deadLetteringFailed, "event-lost-undelivered",
                "could neither be delivered nor be put into the dead-letter queue, and are lost",
                context.aws(
                    "events list-targets-by-rule", ["rule": context.regional.rule, "event-bus-name": context.regional.bus])
            ),
            (
                .asyncEventsDropped, "event-lost-dropped", "were given up by Lambda without the function having handled them",
                context.aws("lambda get-function-event-invoke-config", ["function-name": context.regional.function])
            ),
            (
                .destinationDeliveryFailures, "event-lost-destination",
                "failed in the function and could not be sent to its on-failure destination, and are lost",
                context.aws("lambda get-function-event-invoke-config", ["function-name": context.regional.function])
            ),
        ]
        return ways.compactMap { metric, code, sentence, next in
            found(metric, code, .unhealthy, "events \(sentence)", next: next, in: context)
        }
    }

    // MARK: Events that are late

    private static func failing(_ context: RegionContext) -> [Finding] {
        let canary = "taskops canary --region \(context.region)"
        var findings = [
            found(
                .failedInvocations, "deliveries-failed", .degraded, "deliveries to the function failed for good", next: canary,
                in: context),
            found(
                .deadLettered, "events-dead-lettered", .degraded, "events went to the dead-letter queue", next: canary,
                in: context),
            found(
                .throttles, "function-throttles", .degraded, "invocations were throttled",
                next: context.aws("lambda get-account-settings"), in: context),
        ].compactMap(\.self)
        if let errors = context.series(.errors), errors.total > 0 {
            let isFailing = allFailed(errors, context.series(.invocations))
            let tail = "taskops tail --region \(context.region)"
            findings.append(
                isFailing
                    ? Finding(
                        "function-failing", .unhealthy, "every invocation of the last minutes failed",
                        evidence: evidence(errors), next: tail)
                    : Finding(
                        "function-errors", .degraded, "\(number(errors.total)) of the last hour's invocations failed",
                        evidence: evidence(errors), next: tail))
        }
        if let age = context.series(.asyncEventAge), let peak = age.peak, peak >= 60_000 {
            findings.append(
                Finding(
                    "events-waiting", .degraded, "events waited up to \(number(peak / 1000)) s in Lambda's queue",
                    evidence: "AsyncEventAge \(number(peak)) ms",
                    next: context.aws("lambda get-function-concurrency", ["function-name": context.regional.function])))
        }
        return findings
    }

    /// Whether at least three invocations were made in the last ten minutes with data, and none succeeded.
    private static func allFailed(_ errors: MetricSeries, _ invocations: MetricSeries?) -> Bool {
        guard let invocations, errors.start == invocations.start else { return false }
        let minutes = zip(errors.values, invocations.values).suffix(15).filter { ($0.1 ?? 0) > 0 }
        let made = minutes.reduce(0) { $0 + ($1.1 ?? 0) }
        return made >= 3 && minutes.allSatisfy { ($0.0 ?? 0) >= ($0.1 ?? 0) }
    }

    // MARK: The database's

    /// Above this share of transactions that met another writer, retries begin to cost.
    private static let conflictShare = 0.05

    private static func database(_ context: RegionContext) -> [Finding] {
        let cluster = context.facts.cluster?.value.map { context.aws("dsql get-cluster", ["identifier": $0.identifier]) }
        var findings = [
            found(
                .queryTimeouts, "query-timeouts", .degraded, "queries ran into the database's limit of time",
                next: cluster ?? context.aws("dsql list-clusters"), in: context)
        ].compactMap(\.self)
        let (conflicts, transactions) = (context.total(.occConflicts), context.total(.transactions))
        if transactions >= 20, conflicts / transactions > conflictShare {
            findings.append(
                Finding(
                    "many-conflicts", .degraded,
                    "\(number(conflicts / transactions * 100)) % of the transactions met another writer and had to be repeated",
                    evidence: "OccConflicts \(number(conflicts)), TotalTransactions \(number(transactions))",
                    next: "taskops tail --region \(context.region)"))
        }
        return findings
    }

    // MARK: What is not there

    /// Events that a rule took and no function saw. What is published last comes minutes late, so only what was matched
    /// before that counts.
    private static func silence(_ context: RegionContext) -> [Finding] {
        guard let matched = context.series(.matchedEvents), let invocations = context.series(.invocations) else { return [] }
        let earlier = matched.values.dropLast(10).reduce(0) { $0 + ($1 ?? 0) }
        guard earlier > 0, invocations.latest == nil, context.total(.failedInvocations) == 0 else { return [] }
        return [
            Finding(
                "matched-not-invoked", .degraded,
                "\(number(earlier)) events were matched more than ten minutes ago, and no invocation of the function is known",
                evidence: "MatchedEvents \(number(earlier)), Invocations without data",
                next: "taskops canary --region \(context.region)")
        ]
    }

    private static func incomplete(_ reading: MetricReading, _ context: RegionContext) -> [Finding] {
        guard !reading.complaints.isEmpty else { return [] }
        return [
            Finding(
                "metrics-incomplete", .unknown, "CloudWatch did not answer for every metric",
                evidence: reading.complaints.joined(separator: "; "), next: "taskops status --region \(context.region)")
        ]
    }

    // MARK: -

    private static func found(
        _ metric: MetricSeries.Name, _ code: String, _ health: Health, _ what: String, next: String, in context: RegionContext
    ) -> Finding? {
        guard let series = context.series(metric), series.total > 0 else { return nil }
        return Finding(code, health, "\(number(series.total)) \(what)", evidence: evidence(series), next: next)
    }

    private static func evidence(_ series: MetricSeries) -> String {
        "\(series.metricName) \(number(series.total)) in the last hour"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : String((value * 10).rounded() / 10)
    }
}
