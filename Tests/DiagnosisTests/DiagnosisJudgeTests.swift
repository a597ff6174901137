import Basics
import Findings
import FoundationEssentials
import TaskSystem
import Testing

@testable import Diagnosis

/// What stands wrong and what an event left, and what must be said first.
@Suite struct DiagnosisJudgeTests {
    static let event = UUID(uuidString: "0C9C2D3E-1111-4222-8333-444455556666")!
    static let denied = Problem(.denied, "the action events:DescribeRule is refused in us-east-1")

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// `LINK:CODE` in the order they are to be named.
        var named: [String]
        var health: Health
        var change: @Sendable (inout DiagnosisJudge) -> Void

        init(
            _ name: String, _ named: [String], _ health: Health, _ change: @escaping @Sendable (inout DiagnosisJudge) -> Void
        ) {
            testDescription = name
            self.named = named
            self.health = health
            self.change = change
        }

        static let all = [
            Case("nothing", [], .healthy) { _ in },
            Case("a processed event", [], .healthy) { $0.traces.isProcessed = .read(true) },
            Case("housekeeping is nobody's cause", [], .healthy) {
                $0.stand(.logGroup, "log-group-never-expires", .degraded)
                $0.stand(.function, "runtime-deprecated", .degraded)
                $0.stand(.alarms, "alarm-ringing", .unhealthy)
            },
            Case("what stands wrong explains what was not seen", ["rule:rule-disabled"], .unhealthy) {
                $0.stand(.rule, "rule-disabled", .unhealthy)
            },
            Case("accepted, and not seen anywhere", ["target:event-unseen"], .unknown) { _ in },
            Case("a bus that is gone hides its rule", ["bus:bus-missing"], .unhealthy) {
                $0.stand(.bus, "bus-missing", .unhealthy)
                $0.stand(.rule, "rule-missing", .unhealthy)
                $0.stand(.permission, "permission-missing", .unhealthy)
            },
            Case(
                "the path before the nets, in its order",
                ["rule:rule-disabled", "function:function-throttled", "deadLetterQueue:queue-missing"], .unhealthy
            ) {
                $0.stand(.deadLetterQueue, "queue-missing", .unhealthy)
                $0.stand(.function, "function-throttled", .unhealthy)
                $0.stand(.rule, "rule-disabled", .unhealthy)
            },
            Case("what the event passed comes later", ["token:function-token-refused", "rule:rule-disabled"], .unhealthy) {
                $0.stand(.rule, "rule-disabled", .unhealthy)
                $0.fail("DatabaseAccessDenied", "refused (SQLSTATE 08006)")
            },
            Case("one cause, and what the function says of it", ["endpoint:database-unreachable"], .unhealthy) {
                $0.stand(.database, "database-unreachable", .unhealthy)
                $0.fail("DatabaseUnreachable", "nobody answers")
            },
            Case("the function's word makes it more than this machine's", ["tls:database-tls"], .unhealthy) {
                $0.stand(.database, "database-tls", .unknown)
                $0.fail("DatabaseUnreachable", "certificate verify failed")
            },
            Case("TLS that fails here alone", ["tls:database-tls"], .unknown) {
                $0.traces = EventTraces(event: nil)
                $0.stand(.database, "database-tls", .unknown)
            },
            Case("IAM refuses the token", ["token:database-login-refused"], .unknown) {
                $0.traces = EventTraces(event: nil)
                $0.facts.databaseSQLState = "08006"
                $0.stand(.database, "database-login-refused", .unknown)
            },
            Case("the database knows no grant", ["role:database-role-not-granted"], .unknown) {
                $0.traces = EventTraces(event: nil)
                $0.facts.databaseSQLState = "28000"
                $0.stand(.database, "database-login-refused", .unknown)
            },
            Case("a broken cluster is why nobody gets in", ["cluster:cluster-failed"], .unhealthy) {
                $0.stand(.cluster, "cluster-failed", .unhealthy)
                $0.stand(.database, "database-unreachable", .unhealthy)
                $0.fail("DatabaseUnreachable", "the cluster is FAILED")
            },
            Case("the function's grant is another's affair", ["role:function-role-not-granted"], .unhealthy) {
                $0.fail("DatabaseAccessDenied", "refused the login (SQLSTATE 28000)")
            },
            Case("conflicts", ["conflicts:conflicts-exhausted"], .unhealthy) { $0.fail("DatabaseConflict", "OC000") },
            Case("a mistake in the function", ["invocation:function-failing"], .unhealthy) { $0.fail("TypeError", "no") },
            Case("its time ran out", ["invocation:function-timeout"], .unhealthy) {
                $0.traces.invocation = .read(InvocationTrace(.timedOut("Task timed out"), at: nil, namesTheEvent: true))
            },
            Case("the letter says why", ["permission:event-undelivered"], .unhealthy) {
                $0.traces.deadLetter = .read(DeadLetter(isOfTheEvent: true, errorCode: "NO_PERMISSIONS", errorMessage: "no"))
            },
            Case("a record of the event outdoes a crash that names none", ["invocation:function-crashing"], .unhealthy) {
                $0.traces.invocation = .read(InvocationTrace(.timedOut("Task timed out"), at: nil, namesTheEvent: false))
                $0.traces.failure = .read(
                    FailureRecord(
                        isOfTheEvent: true, condition: "RetriesExhausted", errorType: "Runtime.ExitError", errorMessage: "killed")
                )
            },
            Case("a letter about another event says nothing", ["target:event-unseen"], .unknown) {
                $0.traces.deadLetter = .read(DeadLetter(isOfTheEvent: false, errorCode: "NO_PERMISSIONS", errorMessage: "no"))
            },
            Case("EventBridge says that the pattern does not match", ["pattern:pattern-rejects-event"], .unhealthy) {
                $0.stand(.rule, "pattern-narrowed", .degraded)
                $0.traces.patternResults = .read(["Task Created": false, "Task Completed": true])
            },
            Case("the peer is behind", ["peer:peer-behind"], .unhealthy) {
                $0.traces.isProcessed = .read(true)
                $0.traces.peerView = .read(.behind("it is here and not there"))
            },
            Case("the peer does not answer", ["peer:peer-unreachable"], .unhealthy) {
                $0.traces.isProcessed = .read(true)
                $0.peerRows = [row(.database, "database-unreachable", .unhealthy)]
            },
            Case(
                "the peer tells of the role what nobody here came to hear",
                ["role:database-role-not-granted", "endpoint:database-no-answer"], .unknown
            ) {
                $0.traces = EventTraces(event: nil)
                $0.facts.database = .failed(Problem(.timedOut, "no answer"))
                $0.stand(.database, "database-no-answer", .unknown)
                $0.peerRows = [row(.database, "database-login-refused", .unknown)]
                $0.peerSQLState = "28000"
            },
            Case("neither database is reached", ["endpoint:database-unreachable", "peer:peer-unreachable"], .unhealthy) {
                $0.traces = EventTraces(event: nil)
                $0.stand(.database, "database-unreachable", .unhealthy)
                $0.peerRows = [row(.database, "database-unreachable", .unhealthy)]
            },
            Case("an event without a trace, where the rule could not be read", [], .unknown) {
                $0.facts.rule = .failed(denied)
                $0.stand(.rule, "access-refused", .unknown)
            },
            Case("a policy that lets another name in, where no name could be checked", [], .unknown) {
                $0.traces = EventTraces(event: nil)
                ($0.facts.bus, $0.facts.rule) = (.failed(denied), .failed(denied))
                $0.stand(.permission, "permission-missing", .unhealthy)
                $0.stand(.deadLetterQueue, "queue-policy-refuses", .unhealthy)
            },
            Case(
                "a failure of another kind beside a missing table", ["invocation:function-failing", "table:tasks-missing"],
                .unhealthy
            ) {
                $0.stand(.database, "tasks-missing", .unhealthy)
                $0.fail("TypeError", "no")
            },
            Case("a failure of the database's beside a missing table", ["table:tasks-missing"], .unhealthy) {
                $0.stand(.database, "tasks-missing", .unhealthy)
                $0.fail("DatabaseFailed", "SQLSTATE 42703")
            },
            Case("what is wrong with both is not the peer's", ["table:tasks-missing"], .unhealthy) {
                $0.traces = EventTraces(event: nil)
                $0.stand(.database, "tasks-missing", .unhealthy)
                $0.peerRows = [row(.database, "tasks-missing", .unhealthy)]
            },
            Case("without credentials nothing else counts", ["credentials:credentials-refused"], .unknown) {
                let problem = Problem(.credentials, "no AWS credentials were found")
                ($0.facts.bus, $0.facts.function, $0.facts.cluster) = (.failed(problem), .failed(problem), .failed(problem))
                $0.stand(.bus, "credentials-refused", .unknown)
            },
            Case("what could not be looked at is no finding", [], .unknown) {
                $0.traces.isProcessed = .read(true)
                $0.facts.rule = .failed(denied)
                $0.stand(.rule, "access-refused", .unknown)
            },
        ]
    }

    @Test(arguments: Case.all)
    func theFirstBrokenLinkIsNamedFirst(_ one: Case) {
        var judge = DiagnosisJudge.healthy
        one.change(&judge)
        // The first three are about a Region nobody asked an event of.
        if ["nothing", "housekeeping is nobody's cause"].contains(one.testDescription) { judge.traces = EventTraces(event: nil) }
        let diagnosis = judge.diagnosis()
        #expect(diagnosis.findings.map { "\($0.link.rawValue):\($0.code)" } == one.named)
        #expect(diagnosis.health == one.health)
        for finding in diagnosis.findings {
            #expect(!finding.sentence.hasSuffix(".") && !finding.sentence.contains("\n"))
            #expect(diagnosis.links.contains { $0.link == finding.link && $0.state == .broken })
        }
    }

    @Test func whatWasGuessedIsSaidToBeLikely() {
        var judge = DiagnosisJudge.healthy
        judge.traces.invocation = .read(InvocationTrace(.crashed("Runtime exited"), at: nil, namesTheEvent: false))
        #expect(judge.diagnosis().cause?.certainty == .likely)
        judge.traces.invocation = .read(InvocationTrace(.crashed("Runtime exited"), at: nil, namesTheEvent: true))
        #expect(judge.diagnosis().cause?.certainty == .certain)
    }

    @Test func aTokenThatAnotherClusterMayHaveRefusedIsLikelyAtMost() {
        var judge = DiagnosisJudge.healthy
        judge.fail("DatabaseAccessDenied", "SQLSTATE 08006")
        #expect(judge.diagnosis().cause?.certainty == .certain)
        judge.facts.cluster = .failed(Problem(.notFound, "no such cluster"))
        #expect(judge.diagnosis().cause?.code == "function-token-refused")
        #expect(judge.diagnosis().cause?.certainty == .likely)
    }

    @Test func theEventsOwnWordsAreEvidenceForTheCause() {
        var judge = DiagnosisJudge.healthy
        judge.stand(.permission, "permission-missing", .unhealthy)
        judge.traces.deadLetter = .read(
            DeadLetter(isOfTheEvent: true, errorCode: "NO_PERMISSIONS", errorMessage: "not authorized"))
        let cause = judge.diagnosis().cause
        #expect(cause?.evidence.first == "the dead-letter queue holds the event: ERROR_CODE NO_PERMISSIONS: not authorized")
        #expect(judge.diagnosis().fate == .undelivered)
    }

    @Test func whatLambdaGaveUpTheFunctionNeverHad() {
        var judge = DiagnosisJudge.healthy
        judge.stand(.function, "function-throttled", .unhealthy)
        judge.traces.failure = .read(FailureRecord(isOfTheEvent: true, condition: "ZeroReservedConcurrency"))
        #expect(judge.diagnosis().fate == .undelivered)
        #expect(judge.diagnosis().findings.map(\.code) == ["function-throttled"])
        judge.traces.failure = .read(
            FailureRecord(isOfTheEvent: true, condition: "RetriesExhausted", errorType: "TypeError", errorMessage: "no"))
        #expect(judge.diagnosis().fate == .failed)
    }

    @Test func couldNotLookIsToldFromFine() {
        var judge = DiagnosisJudge.healthy
        judge.traces.isProcessed = .read(true)
        judge.facts.rule = .failed(Self.denied)
        judge.stand(.rule, "access-refused", .unknown)
        let links = judge.diagnosis().links
        func state(_ link: Link) -> LinkState? { links.first { $0.link == link } }
        #expect(state(.rule)?.state == .notLooked)
        #expect(state(.rule)?.next == "taskops permissions diagnose")
        #expect(state(.bus)?.state == .fine)
        #expect(state(.pattern)?.state == .notReached, "without the rule there is no pattern to look at")
        #expect(links.map(\.link) == Link.allCases)
    }

    @Test func withoutQueuesAndPeerTheirLinksAreNot() {
        var judge = DiagnosisJudge.healthy
        judge.traces = EventTraces(event: nil)
        (judge.stack.deadLetterQueue, judge.stack.failureQueue, judge.peerRegion) = (nil, nil, nil)
        let links = judge.diagnosis().links.map(\.link)
        #expect(!links.contains(.deadLetterQueue) && !links.contains(.failureQueue) && !links.contains(.peer))
    }
}

extension DiagnosisJudge {
    /// All is well, and an event was asked about of which nothing was seen.
    static var healthy: DiagnosisJudge {
        var facts = RegionFacts()
        facts.bus = .read(BusFacts())
        facts.rule = .read(RuleFacts())
        facts.targets = .read([])
        facts.policy = .read(PolicyFacts(policy: nil))
        facts.function = .read(FunctionFacts())
        facts.deadLetterQueue = .read(QueueFacts())
        facts.failureQueue = .read(QueueFacts())
        facts.cluster = .read(
            ClusterFacts(identifier: "abc0def1baz2quux3quuux4abc", arn: "arn", status: "ACTIVE", deletionProtectionEnabled: true))
        facts.database = .read(DatabaseFacts(host: "host", user: "taskops", ms: 1))
        var traces = EventTraces(event: DiagnosisJudgeTests.event)
        traces.invocation = .read(nil)
        traces.deadLetter = .read(nil)
        traces.failure = .read(nil)
        traces.isProcessed = .read(false)
        traces.peerView = .read(.nothing)
        let stack = RegionalStack(
            region: "us-east-1", cluster: .id(ClusterID(rawValue: "abc0def1baz2quux3quuux4abc")!), bus: "bus", rule: "rule",
            function: "function", deadLetterQueue: "undelivered", failureQueue: "failed")
        return DiagnosisJudge(
            stack: stack, facts: facts, rows: [], peerRegion: "us-west-2",
            peerRows: [StatusRow(part: .database, name: "host", summary: "answers")], traces: traces,
            now: Date(timeIntervalSince1970: 1_795_575_600))
    }

    mutating func stand(_ part: StatusRow.Part, _ code: String, _ health: Health) {
        rows.append(row(part, code, health))
    }

    mutating func fail(_ type: String, _ message: String) {
        traces.invocation = .read(InvocationTrace(.failed(errorType: type, message: message), at: nil, namesTheEvent: true))
    }
}

private func row(_ part: StatusRow.Part, _ code: String, _ health: Health) -> StatusRow {
    StatusRow(part: part, name: "it", summary: "is wrong", findings: [Finding(code, health, "\(code) stands", next: "type this")])
}
