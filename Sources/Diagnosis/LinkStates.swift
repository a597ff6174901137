import Basics
import Findings
import TaskSystem

/// What was made of each link: broken, fine, not looked at, or not reached.
struct LinkStates {
    let judge: DiagnosisJudge
    let findings: [LinkFinding]
    /// Nothing could be asked, for want of credentials.
    let isBlind: Bool

    var all: [LinkState] { Link.allCases.compactMap(state) }

    private func state(_ link: Link) -> LinkState? {
        if link == .deadLetterQueue, judge.stack.deadLetterQueue == nil { return nil }
        if link == .failureQueue, judge.stack.failureQueue == nil { return nil }
        if link == .peer, judge.peerRegion == nil { return nil }
        if findings.contains(where: { $0.link == link }) { return LinkState(link, .broken) }
        if isBlind { return LinkState(link, .notReached) }
        let looked = look(link)
        if let problem = looked.problem {
            return LinkState(link, .notLooked, why: Self.words(problem), next: next(problem))
        }
        if let problem = judge.facts.rule?.problem, isOfUnknownNames(link) {
            return LinkState(
                link, .notLooked, why: "what the policy says of the rule counts only once the rule can be read",
                next: next(problem))
        }
        // A rule that could not decide has looked in vain.
        if let finding = undecided(link) {
            return LinkState(link, .notLooked, why: finding.sentence, next: finding.next)
        }
        return LinkState(link, looked.isThere ? .fine : .notReached)
    }

    /// Whether there was something to look at, and what stood in the way.
    private func look(_ link: Link) -> (isThere: Bool, problem: Problem?) {
        let (facts, traces) = (judge.facts, judge.traces)
        func of<Value>(_ reading: Reading<Value>?) -> (isThere: Bool, problem: Problem?) {
            switch reading {
            case .read: (true, nil)
            case .failed(let problem): (false, problem.kind == .notFound ? nil : problem)
            case nil: (false, nil)
            }
        }
        switch link {
        case .credentials, .clock: return (Self.readings(facts).contains { $0 == nil }, nil)
        case .bus: return of(facts.bus)
        case .rule: return of(facts.rule)
        case .pattern:
            // Our own judgement of the pattern stands in where EventBridge may not be asked.
            return facts.rule?.value == nil ? (false, nil) : (true, nil)
        case .target: return of(facts.targets)
        case .permission: return of(facts.policy)
        case .function: return of(facts.function)
        case .invocation, .conflicts: return invocation(of(traces.invocation), link)
        case .deadLetterQueue:
            return judge.stack.deadLetterQueue == nil ? (false, nil) : both(of(facts.deadLetterQueue), of(traces.deadLetter))
        case .failureQueue:
            return judge.stack.failureQueue == nil ? (false, nil) : both(of(facts.failureQueue), of(traces.failure))
        case .cluster: return of(facts.cluster)
        case .endpoint, .tls, .token, .role: return database(link)
        case .table: return (facts.database?.value != nil, nil)
        case .peer: return peer(of(traces.peerView))
        }
    }

    private func both(
        _ one: (isThere: Bool, problem: Problem?), _ other: (isThere: Bool, problem: Problem?)
    ) -> (isThere: Bool, problem: Problem?) {
        (one.isThere, one.problem ?? other.problem)
    }

    private func invocation(
        _ look: (isThere: Bool, problem: Problem?), _ link: Link
    ) -> (isThere: Bool, problem: Problem?) {
        let isSeen = (judge.traces.invocation?.value ?? nil) != nil || judge.fate == .processed
        if look.problem == nil { return (isSeen, nil) }
        // One event's fate can be told without its log where the database knows it. Said once.
        return link == .conflicts || judge.fate == .processed ? (isSeen, nil) : (false, look.problem)
    }

    /// A login passes the links one after the other: the one it failed at is a finding, those before it held.
    private func database(_ link: Link) -> (isThere: Bool, problem: Problem?) {
        guard case .failed(let problem)? = judge.facts.database else { return (judge.facts.database != nil, nil) }
        let failed = findings.filter { [.endpoint, .tls, .token, .role].contains($0.link) }.map(\.link).min()
        if let failed { return (link < failed, nil) }
        // Its cluster is broken, or it could not be asked at all.
        let isExplained = findings.contains { $0.link == .cluster || $0.link == .credentials }
        return link == .endpoint && !isExplained && problem.kind != .notFound ? (false, problem) : (false, nil)
    }

    private func peer(_ look: (isThere: Bool, problem: Problem?)) -> (isThere: Bool, problem: Problem?) {
        if look.problem != nil { return look }
        for row in judge.peerRows where row.part == .database || row.part == .cluster {
            if let finding = row.findings.first(where: { $0.health == .unknown && LinkTable.isUndecided($0) }) {
                return (false, Problem(.failed, finding.sentence, cause: finding.evidence, hint: finding.next))
            }
        }
        return (!judge.peerRows.isEmpty && look.isThere, nil)
    }

    private func isOfUnknownNames(_ link: Link) -> Bool {
        judge.rows.contains { row in
            row.findings.contains { LinkTable.link(of: $0, in: row.part) == link && judge.isOfUnknownNames($0) }
        }
    }

    private func undecided(_ link: Link) -> Finding? {
        for row in judge.rows {
            for finding in row.findings where LinkTable.isUndecided(finding) {
                guard LinkTable.link(of: finding, in: row.part) == link else { continue }
                // EventBridge's own answer decides what our reading of the pattern could not.
                if link == .pattern, judge.traces.patternResults?.value != nil { continue }
                let isConsequence = findings.contains { cause in
                    let (codes, links) = LinkTable.consequences(of: cause.code)
                    return codes.contains(finding.code) || links.contains(link)
                }
                if !isConsequence { return finding }
            }
        }
        return nil
    }

    private func next(_ problem: Problem) -> String {
        switch problem.kind {
        case .denied: "taskops permissions diagnose"
        case .credentials: "taskops whoami"
        case .timedOut, .unreachable, .throttled: "taskops diagnose --region \(judge.stack.region) --timeout 60s -v"
        default: problem.hint ?? "taskops diagnose --region \(judge.stack.region) -vv"
        }
    }

    private static func words(_ problem: Problem) -> String {
        [problem.summary, problem.cause].compactMap(\.self).joined(separator: ": ")
    }

    /// The problem of each source that was asked; nil for one that answered.
    static func readings(_ facts: RegionFacts) -> [Problem?] {
        func of<Value>(_ reading: Reading<Value>?) -> [Problem?] { reading.map { [$0.problem] } ?? [] }
        return of(facts.bus) + of(facts.rule) + of(facts.targets) + of(facts.function) + of(facts.policy)
            + of(facts.cluster) + of(facts.deadLetterQueue) + of(facts.failureQueue)
    }
}
