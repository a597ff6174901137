import Basics
import Findings
import TaskSystem

/// The database behind the Region's endpoint: that it *answers*, and that it *is current*. That the cluster exists is
/// a third fact, and the cluster's row.
enum DatabaseRule {
    static func row(_ context: RegionContext) -> StatusRow {
        let part = StatusRow.Part.database
        switch context.facts.database {
        case .read(let facts):
            return StatusRow(
                part: part, name: facts.host, summary: summary(facts, context),
                findings: schema(facts, context) + rows(facts, context))
        case .failed(let problem):
            return StatusRow(
                part: part, name: host(context), summary: "does not answer", findings: [silent(problem, context)])
        case nil:
            return StatusRow(part: part, name: host(context), summary: "not asked for")
        }
    }

    private static func host(_ context: RegionContext) -> String {
        if let id = context.facts.cluster?.value?.identifier, let cluster = ClusterID(rawValue: id) {
            return cluster.endpoint(in: context.region)
        }
        return switch context.regional.cluster {
        case .id(let id): id.endpoint(in: context.region)
        case .tag(let key, let value): "\(key)=\(value)"
        }
    }

    private static func summary(_ facts: DatabaseFacts, _ context: RegionContext) -> String {
        var parts = ["answers"]
        if let newest = facts.newestSchemaVersion {
            let isCurrent = context.schemaVersions.map { Set($0) == Set(facts.schemaVersions ?? []) }
            parts.append(isCurrent.map { "schema \(newest)\($0 ? ", current" : "")" } ?? "schema \(newest)")
        }
        return parts.joined(separator: ", ")
    }

    // MARK: Does not answer

    /// What speaks of the database is red; what only says that this machine could not ask is unknown.
    private static func silent(_ problem: Problem, _ context: RegionContext) -> Finding {
        func found(_ code: String, _ health: Health, _ sentence: String, next: String) -> Finding {
            Finding(code, health, sentence, evidence: problem.cause ?? problem.summary, next: next)
        }
        let host = host(context)
        let again = "taskops status --region \(context.region) --timeout 60s -v"
        let cluster = context.aws(
            "dsql get-cluster", ["identifier": context.facts.cluster?.value?.identifier ?? String(host.prefix { $0 != "." })])
        switch (problem.kind, context.facts.databasePhase) {
        case (.credentials, "authenticate"):
            return found(
                "database-login-refused", .unknown,
                "the database refuses the login as \(context.regional.databaseRole), which takes the action "
                    + "\(action(context)) on the cluster and a grant in the database", next: "taskops permissions status")
        case (.unreachable, "tls"):
            return found(
                "database-tls", .unknown, "TLS with the database failed: what answers cannot be trusted",
                next: "openssl s_client -starttls postgres -connect \(host):5432 -servername \(host)")
        case (.unreachable, "resolve"):
            return found(
                "database-not-resolved", .unknown, "the database's address cannot be found", next: "getent hosts \(host)")
        case (.unreachable, "connect"):
            return found("database-unreachable", .unhealthy, "nobody answers at the database's address", next: cluster)
        case (.unreachable, .some):
            return found("database-broke-off", .unhealthy, "the database broke the connection off", next: cluster)
        case (.timedOut, .some):
            let status = context.facts.cluster?.value?.status
            let waking =
                status == "IDLE" || status == "INACTIVE" ? ": the cluster was \(status ?? ""), and this look woke it" : ""
            return found("database-no-answer", .unknown, "the database did not answer in time\(waking)", next: again)
        case (.throttled, .some):
            return found(
                "database-full", .unhealthy, "the database takes no more connections now", next: cluster)
        case (.failed, .some), (.conflict, .some):
            return found("database-failing", .unhealthy, "the database answers with an error", next: cluster)
        default:
            return .unread("the database", problem, in: context.region)
        }
    }

    private static func action(_ context: RegionContext) -> String {
        context.regional.databaseRole == "admin" ? "dsql:DbConnectAdmin" : "dsql:DbConnect"
    }

    // MARK: Is it current

    private static func schema(_ facts: DatabaseFacts, _ context: RegionContext) -> [Finding] {
        if let problem = facts.schemaProblem {
            return problem.kind == .notFound
                ? [
                    Finding(
                        "schema-missing", .unhealthy, "the database has no schema: the function can write nothing",
                        evidence: problem.cause, next: "taskops schema apply")
                ]
                : [
                    Finding(
                        "schema-not-readable", .unknown,
                        "which schema the database has cannot be told: \(problem.summary)", evidence: problem.cause,
                        next: "taskops schema plan")
                ]
        }
        guard let files = context.schemaVersions, let applied = facts.schemaVersions else { return [] }
        let missing = Set(files).subtracting(applied).sorted()
        let extra = Set(applied).subtracting(files).sorted()
        var findings: [Finding] = []
        if applied.isEmpty, !files.isEmpty {
            return [
                Finding(
                    "schema-missing", .unhealthy, "no file of the schema has been applied", next: "taskops schema apply")
            ]
        }
        if !missing.isEmpty {
            findings.append(
                Finding(
                    "schema-behind", .degraded,
                    "the database is behind the files in schema/: \(numbers(missing)) not applied",
                    evidence: "schema_version holds \(numbers(applied))", next: "taskops schema plan"))
        }
        if !extra.isEmpty {
            findings.append(
                Finding(
                    "schema-ahead", .degraded,
                    "the database is ahead of the files in schema/, which lack \(numbers(extra)): this checkout is old",
                    evidence: "schema_version holds \(numbers(applied))", next: "taskops schema plan"))
        }
        return findings
    }

    private static func rows(_ facts: DatabaseFacts, _ context: RegionContext) -> [Finding] {
        if let problem = facts.canaryProblem {
            // Without a schema there is no table, and that is said already.
            if problem.kind == .notFound {
                return facts.schemaProblem == nil
                    ? [
                        Finding(
                            "tasks-missing", .unhealthy, "the database has no table tasks", evidence: problem.cause,
                            next: "taskops schema plan")
                    ] : []
            }
            return [
                Finding(
                    "tasks-not-readable", .unknown, "the table tasks cannot be read: \(problem.summary)",
                    evidence: problem.cause, next: "taskops schema plan")
            ]
        }
        guard let count = facts.canaryRowsLeftBehind, count > 0 else { return [] }
        let number = count >= DatabaseFacts.canaryRowLimit ? "\(count) or more" : "\(count)"
        return [
            Finding(
                "canary-rows-left", .degraded,
                "canaries left \(number) \(count == 1 ? "task" : "tasks") behind more than an hour ago; the next run removes them",
                next: "taskops canary --region \(context.region)")
        ]
    }

    private static func numbers(_ versions: [Int]) -> String {
        versions.map(String.init).joined(separator: ", ")
    }
}
