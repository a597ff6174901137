import Basics
import Findings
import FoundationEssentials
import TaskSystem

/// What the rules judge in one Region: what was read there, and what it is held against.
struct RegionContext: Sendable {
    var stack: TaskStack
    var regional: RegionalStack
    var facts: RegionFacts
    var metrics: Reading<MetricReading>
    /// The function's, for comparing; its values go nowhere else.
    var environment = Secret<[String: String]>([:])
    /// Of every Region looked at: peering has two sides.
    var clusters: [String: Reading<ClusterFacts>]
    var schemaVersions: [Int]?
    /// When the look began.
    var now: Date

    var region: String { regional.region }

    func series(_ name: MetricSeries.Name) -> MetricSeries? {
        metrics.value?.series.first { $0.name == name }
    }

    /// The hour's sum; 0 where there is no data, because failure counts are published only when there are some.
    func total(_ name: MetricSeries.Name) -> Double { series(name)?.total ?? 0 }

    /// The aws CLI's command for this Region.
    func aws(_ words: String, _ options: KeyValuePairs<String, String> = [:]) -> String {
        let options = options.map { "--\($0.key) \(Shell.quoted($0.value))" } + ["--region \(region)"]
        return (["aws \(words)"] + options).joined(separator: " ")
    }

    /// The ARN of the stack's rule: the rule's own word, or what the function's ARN lets one put together.
    var ruleARN: String? {
        if let arn = facts.rule?.value?.arn { return arn }
        let function = facts.function?.value?.configuration.functionArn.flatMap { FunctionARN($0) }
        return function?.rule(regional.rule, on: regional.bus)
    }

    /// The rule's target that is the stack's function, or a version or alias of it.
    var target: TargetFacts? {
        facts.targets?.value?.first { FunctionARN($0.arn)?.name == regional.function }
    }
}

enum Shell {
    /// As a shell takes it for one word.
    static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./:=@%+,".contains($0)) }
        return isPlain ? text : "'\(text.replacing("'", with: "'\\''"))'"
    }
}

extension Finding {
    /// A source that has no answer. The code says why, the sentence what could not be looked at.
    static func unread(_ what: String, _ problem: Problem, in region: String) -> Finding {
        let (code, next): (String, String) =
            switch problem.kind {
            case .denied: ("access-refused", "taskops permissions status")
            case .credentials: ("credentials-refused", "taskops whoami")
            case .timedOut: ("no-answer", "taskops status --region \(region) --timeout 60s -v")
            case .unreachable: ("unreachable", "taskops status --region \(region) --timeout 60s -v")
            case .throttled: ("throttled", "taskops status --region \(region)")
            case .cancelled: ("interrupted", "taskops status --region \(region)")
            default: ("not-readable", "taskops status --region \(region) -vv")
            }
        return Finding(
            code, .unknown, "cannot look at \(what): \(problem.summary)", evidence: problem.cause ?? problem.hint, next: next)
    }
}

extension StatusRow {
    static let unreadSummary = "could not be looked at"

    /// A row about one source.
    ///
    /// - Parameters:
    ///   - gone: the row's summary where AWS knows no such thing.
    ///   - missing: what that means.
    ///   - judge: what a thing that is there is, and what is wrong with it.
    static func of<Value>(
        _ part: Part, _ name: String, _ what: String, _ reading: Reading<Value>?, in context: RegionContext,
        gone: String = "does not exist", missing: Finding, judge: (Value) -> (summary: String, findings: [Finding])
    ) -> StatusRow {
        switch reading {
        case .read(let value):
            let (summary, findings) = judge(value)
            return StatusRow(part: part, name: name, summary: summary, findings: findings)
        case .failed(let problem) where problem.kind == .notFound:
            return StatusRow(part: part, name: name, summary: gone, findings: [missing])
        case .failed(let problem):
            return StatusRow(
                part: part, name: name, summary: unreadSummary, findings: [.unread(what, problem, in: context.region)])
        case nil:
            return StatusRow(part: part, name: name, summary: "not asked for")
        }
    }
}
