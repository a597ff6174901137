import Basics
import Findings
import TaskSystem

enum LogGroupRule {
    static func row(_ context: RegionContext) -> StatusRow {
        let name =
            context.facts.logGroup?.value?.logGroupName
            ?? context.facts.function?.value?.configuration.loggingConfig?.logGroup ?? "/aws/lambda/\(context.regional.function)"
        let missing = Finding(
            "log-group-missing", .degraded, "there is no log group \(name): what the function says is not kept",
            next: context.aws("logs create-log-group", ["log-group-name": name]))
        return .of(.logGroup, name, "the log group \(name)", context.facts.logGroup, in: context, missing: missing) { facts in
            var findings: [Finding] = []
            if facts.retentionInDays == nil {
                findings.append(
                    Finding(
                        "log-group-never-expires", .degraded,
                        "the log group has no retention: it keeps everything for ever, and costs accordingly",
                        next: context.aws(
                            "logs put-retention-policy", ["log-group-name": name, "retention-in-days": "30"])))
            }
            if let kind = facts.logGroupClass, kind != "STANDARD" {
                findings.append(
                    Finding(
                        "log-group-not-searchable", .degraded,
                        "the log group's class is \(kind): its events cannot be filtered or followed, only queried",
                        next: context.aws("logs describe-log-groups", ["log-group-name-prefix": name])))
            }
            return (facts.retentionInDays.map { "keeps \($0) days" } ?? "keeps everything", findings)
        }
    }
}
