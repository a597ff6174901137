import Basics
import Findings
import FoundationEssentials
import TaskSystem

/// From what was read and judged of a Region, and what an event left behind, to the first broken link. Pure.
struct DiagnosisJudge: Sendable {
    var stack: RegionalStack
    var facts: RegionFacts
    /// The status page's rows about the Region.
    var rows: [StatusRow]
    var peerRegion: String?
    /// Of the peer: its cluster and its database.
    var peerRows: [StatusRow]
    /// Why the peer's database refused the login, if it did.
    var peerSQLState: String?
    var traces: EventTraces
    var now: Date

    func diagnosis() -> RegionDiagnosis {
        let blind = credentials
        var findings = blind.map { [$0] } ?? merged(standing + peer, with: events)
        findings.sort { rank($0) < rank($1) }
        return RegionDiagnosis(
            region: stack.region, event: traces.event?.lowercased, fate: fate, findings: findings,
            links: LinkStates(judge: self, findings: findings, isBlind: blind != nil).all)
    }

    // MARK: Who asks

    /// Without credentials nothing can be told.
    private var credentials: LinkFinding? {
        let problems = LinkStates.readings(facts).compactMap { $0 }
        guard let problem = problems.first(where: { $0.kind == .credentials }),
            facts.bus?.value == nil, facts.function?.value == nil, facts.cluster?.value == nil
        else { return nil }
        return LinkFinding(
            .credentials, "credentials-refused", .certain, .unknown,
            "AWS cannot be asked: \(problem.summary)", evidence: [problem.cause].compactMap(\.self),
            next: "taskops whoami")
    }

    // MARK: What stands wrong

    /// What the status page found, as far as it has to do with whether an event passes.
    private var standing: [LinkFinding] {
        var findings: [LinkFinding] = []
        for row in rows {
            for finding in row.findings where LinkTable.isTelling(finding) && !LinkTable.isUndecided(finding) {
                guard let link = LinkTable.link(of: finding, in: row.part), !isOfUnknownNames(finding) else { continue }
                findings.append(refined(finding, link))
            }
        }
        findings = withPattern(findings)
        let consequences = findings.map { LinkTable.consequences(of: $0.code) }
        return findings.filter { finding in
            !consequences.contains { $0.codes.contains(finding.code) || $0.links.contains(finding.link) }
        }
    }

    /// Policies name the rule and its bus. Where neither could be read, nobody knows whether taskops.yaml has their names right.
    func isOfUnknownNames(_ finding: Finding) -> Bool {
        guard ["permission-missing", "queue-policy-refuses"].contains(finding.code) else { return false }
        return [facts.bus?.problem, facts.rule?.problem].allSatisfy { $0 != nil && $0?.kind != .notFound }
    }

    private func refined(_ finding: Finding, _ link: Link) -> LinkFinding {
        var made = LinkFinding(
            link, finding.code, .certain, finding.health, finding.sentence,
            evidence: [finding.evidence].compactMap(\.self), next: finding.next)
        switch finding.code {
        case "database-login-refused": refineLogin(&made)
        // What answered may be anybody, and what did not answer may do so in a minute.
        case "database-no-answer": made.certainty = .likely
        case "queue-not-empty": addLetters(to: &made)
        // Judged by the rule's name; where there is no such rule, the name may be what is wrong.
        case "permission-missing", "queue-policy-refuses":
            if facts.rule?.problem?.kind == .notFound { made.certainty = .likely }
        case "function-pending", "function-inactive":
            // It is what holds an event back of which nothing else is seen.
            if fate == .unseen { made.health = .unhealthy }
        default: break
        }
        return made
    }

    /// IAM's refusal of a token has a SQLSTATE of its own; what has none of IAM's is the database's, which knows no grant.
    /// Source: Aurora DSQL user guide, "Troubleshooting", and public reports of drivers' error objects: FATAL 08006 with
    /// IAM's reason as the hint, FATAL 28000 without one.
    private func refineLogin(_ finding: inout LinkFinding) {
        let role = stack.databaseRole
        let action = role == "admin" ? "dsql:DbConnectAdmin" : "dsql:DbConnect"
        if facts.databaseSQLState == "08006" {
            finding.sentence = "the database refuses this machine's token: IAM does not let it \(action)"
            finding.next = "taskops permissions diagnose"
        } else if facts.databaseSQLState?.hasPrefix("28") == true {
            finding = roleNotGranted(finding.health, evidence: finding.evidence.first)
        }
    }

    private func roleNotGranted(_ health: Health, evidence: String?) -> LinkFinding {
        LinkFinding(
            .role, "database-role-not-granted", .certain, health,
            "the database role \(stack.databaseRole) is not there, or not granted to this machine's identity",
            evidence: [evidence].compactMap(\.self), next: "taskops schema apply")
    }

    /// EventBridge's own answer about a canary's events outdoes what was read out of the pattern.
    private func withPattern(_ findings: [LinkFinding]) -> [LinkFinding] {
        guard case .read(let results)? = traces.patternResults else { return findings }
        let refused = results.filter { !$0.value }.keys.sorted()
        guard !refused.isEmpty else { return findings }
        // What the pattern matches not at all is said already.
        if findings.contains(where: { $0.link == .pattern && $0.health == .unhealthy }) { return findings }
        let evidence = [facts.rule?.value?.eventPattern].compactMap(\.self)
        let rejects = LinkFinding(
            .pattern, "pattern-rejects-event", .certain, .unhealthy,
            "the rule's pattern does not match the events of a canary (\(refused.joined(separator: ", "))): EventBridge says so",
            evidence: evidence, next: describeRule)
        return findings.filter { $0.link != .pattern } + [rejects]
    }

    private func addLetters(to finding: inout LinkFinding) {
        switch finding.link {
        case .deadLetterQueue:
            if let letter = traces.deadLetter?.value ?? nil { finding.evidence.insert(Self.words(letter), at: 0) }
        case .failureQueue:
            if let record = traces.failure?.value ?? nil { finding.evidence.insert(Self.words(record), at: 0) }
        default: break
        }
    }

    // MARK: The peer

    /// Where both databases say so, it is this machine that they do not let in, or that does not trust them.
    private static let ofThisMachine: Set = ["database-login-refused", "database-tls"]

    private var peer: [LinkFinding] {
        guard let peerRegion else { return [] }
        var found: [LinkFinding] = []
        if case .read(.behind(let evidence))? = traces.peerView {
            found.append(
                LinkFinding(
                    .peer, "peer-behind", .certain, .unhealthy,
                    "\(peerRegion) does not see what is written in \(stack.region): DSQL promises that both do at once",
                    evidence: [evidence], next: "taskops canary --region \(stack.region)"))
        }
        let own = Set(rows.flatMap(\.findings).map(\.code)).intersection(Self.ofThisMachine)
        for row in peerRows where row.part == .database || row.part == .cluster {
            for finding in row.findings {
                let isShared = ["schema-missing", "schema-behind", "tasks-missing", "clusters-not-peered", "peering-one-sided"]
                guard finding.health == .unhealthy || finding.code.hasPrefix("database-"), !isShared.contains(finding.code),
                    !LinkTable.isUndecided(finding), !own.contains(finding.code), found.isEmpty
                else { continue }
                // Both Regions have the same grants; only here nobody came so far as to be told.
                if finding.code == "database-login-refused", peerSQLState?.hasPrefix("28") == true {
                    found.append(roleNotGranted(.unknown, evidence: "\(peerRegion): \(finding.evidence ?? finding.sentence)"))
                    continue
                }
                found.append(
                    LinkFinding(
                        .peer, "peer-unreachable", .certain, finding.health,
                        "the database cannot be read in \(peerRegion): \(finding.sentence)",
                        evidence: [finding.evidence].compactMap(\.self), next: "taskops diagnose --region \(peerRegion)"))
            }
        }
        return found
    }

    // MARK: What the event says

    private var events: [LinkFinding] { TraceFindings(judge: self).all }

    /// Puts what the event says beside what stands wrong: what a standing fault explains is evidence for it, and no
    /// second cause.
    private func merged(_ standing: [LinkFinding], with told: [LinkFinding]) -> [LinkFinding] {
        var findings = standing
        for one in told {
            let causes = findings.indices.filter { TraceFindings.explains(findings[$0], one) }
            guard let cause = causes.min(by: { rank(findings[$0]) < rank(findings[$1]) }) else {
                findings.append(one)
                continue
            }
            findings[cause].evidence = one.evidence + findings[cause].evidence.filter { !one.evidence.contains($0) }
            // The event met it: that it speaks of this machine alone is out of the question.
            findings[cause].health = max(findings[cause].health, .unhealthy)
        }
        return findings
    }

    /// How far the event came.
    var fate: EventFate? {
        guard traces.event != nil else { return nil }
        if traces.isProcessed?.value == true { return .processed }
        // A line that names no event may be about another one.
        if let invocation = traces.invocation?.value ?? nil, invocation.namesTheEvent {
            switch invocation.ending {
            case .done: return .processed
            case .open: return .taken
            default: return .failed
            }
        }
        if let record = traces.failure?.value ?? nil, record.isOfTheEvent {
            // Lambda gives an event up also without the function having had it.
            return record.errorType == nil ? .undelivered : .failed
        }
        if (traces.deadLetter?.value ?? nil)?.isOfTheEvent == true { return .undelivered }
        return .unseen
    }

    // MARK: Order

    /// What breaks before what weakens, the certain before the likely, the first link first. An event that the function
    /// took up cannot have been stopped before it: what stands wrong there comes later.
    private func rank(_ finding: LinkFinding) -> (Int, Int, Int, Int) {
        let weight = LinkTable.weight(finding.link, finding.health)
        let isPassed = (fate == .failed || fate == .taken || fate == .processed) && finding.link < .function
        return (
            weight.rawValue, isPassed && weight == .breaks ? 1 : 0, finding.certainty == .certain ? 0 : 1,
            Link.allCases.firstIndex(of: finding.link)!
        )
    }

    // MARK: Words

    var describeRule: String {
        "aws events describe-rule --name \(stack.rule) --event-bus-name \(stack.bus) --region \(stack.region)"
    }

    static func words(_ letter: DeadLetter) -> String {
        var text = "ERROR_CODE \(letter.errorCode ?? "none")"
        if let message = letter.errorMessage { text += ": \(message)" }
        if let condition = letter.exhaustedRetryCondition { text += " (\(condition))" }
        return (letter.isOfTheEvent ? "the dead-letter queue holds the event: " : "the newest dead letter: ") + text
    }

    static func words(_ record: FailureRecord) -> String {
        var text = record.condition ?? "no condition"
        if let type = record.errorType { text += ", \(type)" }
        if let message = record.errorMessage { text += ": \(message)" }
        return (record.isOfTheEvent ? "the failure queue holds the event: " : "the newest failure: ") + text
    }
}
