import Basics
import Findings
import TaskSystem

@testable import Status

extension RuleCase {
    static let queues: [RuleCase] = [
        RuleCase("dead letters that wait", .deadLetterQueue, "queue-not-empty", .degraded, says: "no more have arrived") { look in
            look.facts.deadLetterQueue.change { $0.approximateNumberOfMessages = 4 }
            look.set(.deadLetterQueueAge, [90_000])
        },
        RuleCase("since nobody knows when", .deadLetterQueue, "queue-not-empty", .degraded, says: "has not said yet") { look in
            look.facts.deadLetterQueue.change { $0.approximateNumberOfMessages = 4 }
        },
        RuleCase("hidden ones count too", .failureQueue, "queue-not-empty", .degraded, says: "1 event failed in") { look in
            look.facts.failureQueue.change { $0.approximateNumberOfMessagesNotVisible = 1 }
        },
        RuleCase(
            "whether it grows is not known", .deadLetterQueue, "queue-not-empty", .degraded, says: "cannot be told",
            also: ["throttled"]
        ) { look in
            look.facts.deadLetterQueue.change { $0.approximateNumberOfMessages = 4 }
            look.metrics = .failed(Problem(.throttled, "slow down"))
        },
        RuleCase("dead letters that grow", .deadLetterQueue, "queue-growing", .unhealthy, says: "tasks are failing now") { look in
            look.facts.deadLetterQueue.change { $0.approximateNumberOfMessages = 4 }
            look.set(.deadLetterQueueSent, [1])
        },
        RuleCase("the oldest is of this hour", .failureQueue, "queue-growing", .unhealthy, says: "tasks are failing now") {
            look in
            look.facts.failureQueue.change { $0.approximateNumberOfMessages = 1 }
            look.set(.failureQueueAge, [600])
        },
        RuleCase(
            "about to expire", .failureQueue, "queue-expiring", .unhealthy, says: "keeps messages for 14 days",
            also: ["queue-not-empty"]
        ) { look in
            look.facts.failureQueue.change { $0.approximateNumberOfMessages = 1 }
            look.set(.failureQueueAge, [1_200_000])
        },
        RuleCase("emptied within the hour", .deadLetterQueue, nil, .healthy, says: "empty") {
            $0.set(.deadLetterQueueSent, [1])
        },
        RuleCase("queue gone", .deadLetterQueue, "queue-missing", .unhealthy, says: "is lost") {
            $0.facts.deadLetterQueue = .failed(Problem(.notFound, "none"))
        },
        RuleCase("AWS's key", .deadLetterQueue, "queue-key-refuses", .unhealthy, says: "EventBridge may not use") { look in
            look.facts.deadLetterQueue.change { $0.kmsMasterKeyId = "alias/aws/sqs" }
        },
        RuleCase("a key of one's own", .deadLetterQueue, nil, .healthy, says: "whose policy is not looked at") { look in
            look.facts.deadLetterQueue.change { $0.kmsMasterKeyId = "alias/tasks" }
        },
        RuleCase("AWS's key on the function's queue", .failureQueue, nil, .healthy, says: "empty") { look in
            look.facts.failureQueue.change { $0.kmsMasterKeyId = "alias/aws/sqs" }
        },
        RuleCase("no queue policy", .deadLetterQueue, "queue-policy-refuses", .unhealthy, says: "cannot be delivered") { look in
            look.facts.deadLetterQueue.change { $0.policy = nil }
        },
        RuleCase("a policy of another rule", .deadLetterQueue, "queue-policy-refuses", .unhealthy, says: "is lost") { look in
            look.facts.deadLetterQueue.change { $0.policy = HealthyStack.policy("sqs:SendMessage", "*", "eu-west-1") }
        },
        RuleCase("an unknown condition", .deadLetterQueue, "queue-policy-unknown", .unknown, says: "aws:PrincipalOrgID") { look in
            look.facts.deadLetterQueue.change { $0.policy = $0.policy?.replacing("aws:SourceArn", with: "aws:PrincipalOrgID") }
        },
        RuleCase("a policy that is none", .deadLetterQueue, "queue-policy-not-readable", .unknown, says: "cannot be read") {
            look in
            look.facts.deadLetterQueue.change { $0.policy = "{" }
        },
        RuleCase(
            "the failure queue denies the role", .failureQueue, "queue-policy-denies-function", .unhealthy,
            says: "denies the function's role"
        ) { look in
            look.facts.function.change { $0.configuration.role = "arn:aws:iam::111122223333:role/task-processor" }
            look.facts.failureQueue.change {
                $0.policy = #"{"Statement":{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*"}}"#
            }
        },
        RuleCase("the failure queue denies others", .failureQueue, nil, .healthy, says: "empty") { look in
            look.facts.function.change { $0.configuration.role = "arn:aws:iam::111122223333:role/task-processor" }
            look.facts.failureQueue.change {
                $0.policy =
                    #"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"sqs:*","Condition":{"Bool":{"aws:SecureTransport":false}}},"#
                    + #"{"Effect":"Deny","Principal":{"AWS":"999999999999"},"Action":"sqs:*"}]}"#
            }
        },
        RuleCase("failures go elsewhere", .failureQueue, "queue-not-the-destination", .degraded, says: "not go to this") { look in
            look.facts.eventInvokeConfig.change { $0.destinationConfig?.onFailure?.destination? += "-2" }
        },
    ]

    // MARK: The database

    static let connecting: [RuleCase] = {
        let ends: [(phase: String?, kind: Problem.Kind, code: String, health: Health, says: String)] = [
            ("connect", .unreachable, "database-unreachable", .unhealthy, "nobody answers"),
            ("query", .unreachable, "database-broke-off", .unhealthy, "broke the connection off"),
            ("resolve", .unreachable, "database-not-resolved", .unknown, "address cannot be found"),
            ("tls", .unreachable, "database-tls", .unknown, "cannot be trusted"),
            ("authenticate", .credentials, "database-login-refused", .unknown, "dsql:DbConnect"),
            ("authenticate", .throttled, "database-full", .unhealthy, "no more connections"),
            ("query", .timedOut, "database-no-answer", .unknown, "did not answer in time"),
            ("query", .failed, "database-failing", .unhealthy, "answers with an error"),
            (nil, .credentials, "credentials-refused", .unknown, "cannot look at the database"),
            (nil, .cancelled, "interrupted", .unknown, "cannot look at the database"),
        ]
        return ends.map { end in
            let name = "database \(end.phase ?? "") \(end.kind)"
            return RuleCase(name, .database, end.code, end.health, says: end.says) { look in
                look.facts.database = .failed(Problem(end.kind, "what libpq said", cause: "its words"))
                look.facts.databasePhase = end.phase
            }
        }
    }()

    static let databases: [RuleCase] = [
        RuleCase("waking", .database, "database-no-answer", .unknown, says: "was IDLE, and this look woke it") { look in
            look.facts.database = .failed(Problem(.timedOut, "no answer"))
            look.facts.databasePhase = "tls"
            look.facts.cluster.change { $0.status = "IDLE" }
        },
        RuleCase("all is well", .database, nil, .healthy, says: "answers, schema 5, current") { _ in },
        RuleCase("no schema", .database, "schema-missing", .unhealthy, says: "has no schema") { look in
            look.facts.database.change { database in
                database.schemaVersions = nil
                database.schemaProblem = Problem(.notFound, "SELECT failed", cause: "no relation")
                database.canaryRowsLeftBehind = nil
                database.canaryProblem = Problem(.notFound, "SELECT failed")
            }
        },
        RuleCase("nothing applied", .database, "schema-missing", .unhealthy, says: "no file of the schema") { look in
            look.facts.database.change { $0.schemaVersions = [] }
        },
        RuleCase("schema refused", .database, "schema-not-readable", .unknown, says: "cannot be told") { look in
            look.facts.database.change { database in
                database.schemaVersions = nil
                database.schemaProblem = Problem(.denied, "SELECT failed")
            }
        },
        RuleCase("behind", .database, "schema-behind", .degraded, says: "4, 5 not applied") { look in
            look.facts.database.change { $0.schemaVersions = [0, 1, 2, 3] }
        },
        RuleCase("ahead", .database, "schema-ahead", .degraded, says: "which lack 6") { look in
            look.facts.database.change { $0.schemaVersions = [0, 1, 2, 3, 4, 5, 6] }
        },
        RuleCase("no tasks", .database, "tasks-missing", .unhealthy, says: "no table tasks") { look in
            look.facts.database.change { $0.canaryProblem = Problem(.notFound, "SELECT failed") }
        },
        RuleCase("tasks refused", .database, "tasks-not-readable", .unknown, says: "cannot be read") { look in
            look.facts.database.change { $0.canaryProblem = Problem(.denied, "SELECT failed") }
        },
        RuleCase("canaries left", .database, "canary-rows-left", .degraded, says: "left 3 tasks behind") { look in
            look.facts.database.change { $0.canaryRowsLeftBehind = 3 }
        },
        RuleCase("very many canaries left", .database, "canary-rows-left", .degraded, says: "left 1000 or more") { look in
            look.facts.database.change { $0.canaryRowsLeftBehind = 1000 }
        },
    ]

    // MARK: Alarms and metrics

    static let alarms: [RuleCase] = {
        let long = "2026-11-01T00:00:00Z"
        let states: [(state: String, updated: String, code: String?, health: Health, says: String)] = [
            ("OK", long, nil, .healthy, "1 OK"),
            ("ALARM", long, "alarm-firing", .unhealthy, "is in ALARM since 2026-11-25T02:40:00Z"),
            ("INSUFFICIENT_DATA", long, "alarm-without-data", .degraded, "it would not ring"),
            ("INSUFFICIENT_DATA", "2026-11-25T02:58:00Z", nil, .healthy, "1 INSUFFICIENT_DATA"),
            ("MUTED", long, "alarm-state-unknown", .unknown, "not known here"),
        ]
        let disabled = RuleCase("actions off", .alarms, "alarm-actions-disabled", .degraded, says: "wakes nobody") { look in
            look.facts.alarms.change { $0[0].actionsEnabled = false }
        }
        return states.map { state in
            let name = "alarm \(state.state), changed \(state.updated)"
            return RuleCase(name, .alarms, state.code, state.health, says: state.says) { look in
                look.facts.alarms.change { alarms in
                    alarms[0].stateValue = state.state
                    alarms[0].alarmConfigurationUpdatedTimestamp = state.updated
                }
            }
        } + [disabled]
    }()

    static let metrics: [RuleCase] = [
        RuleCase("no data at all", .metrics, nil, .healthy, says: "0 failed") { look in
            for name in MetricSeries.Name.allCases { look.set(name, []) }
        },
        RuleCase("some errors", .metrics, "function-errors", .degraded, says: "2 of the last hour's invocations failed") {
            $0.set(.errors, [1, 0, 1])
        },
        RuleCase("only errors", .metrics, "function-failing", .unhealthy, says: "every invocation") { look in
            look.set(.invocations, last: [2, 2])
            look.set(.errors, last: [2, 2])
        },
        RuleCase("errors of the hour's begin", .metrics, "function-errors", .degraded, says: "3 of the last hour's") { look in
            look.set(.errors, [3])
            look.set(.invocations, last: [2, 2])
        },
        RuleCase("throttles", .metrics, "function-throttles", .degraded, says: "throttled") { $0.set(.throttles, [5]) },
        RuleCase("failed deliveries", .metrics, "deliveries-failed", .degraded, says: "failed for good") {
            $0.set(.failedInvocations, [1])
        },
        RuleCase("dead letters", .metrics, "events-dead-lettered", .degraded, says: "went to the dead-letter queue") {
            $0.set(.deadLettered, [1])
        },
        RuleCase("not even dead letters", .metrics, "event-lost-undelivered", .unhealthy, says: "are lost") {
            $0.set(.deadLetteringFailed, [1])
        },
        RuleCase("dropped by Lambda", .metrics, "event-lost-dropped", .unhealthy, says: "given up by Lambda") {
            $0.set(.asyncEventsDropped, [2])
        },
        RuleCase("destination refuses", .metrics, "event-lost-destination", .unhealthy, says: "on-failure destination") {
            $0.set(.destinationDeliveryFailures, [1])
        },
        RuleCase("a queue in Lambda", .metrics, "events-waiting", .degraded, says: "waited up to 90 s") {
            $0.set(.asyncEventAge, [400, 90_000, 20])
        },
        RuleCase("conflicts", .metrics, "many-conflicts", .degraded, says: "10 % of the transactions") { look in
            look.set(.transactions, [100, 100])
            look.set(.occConflicts, [20])
        },
        RuleCase("few conflicts", .metrics, nil, .healthy, says: "last hour") { look in
            look.set(.transactions, [100, 100])
            look.set(.occConflicts, [2])
        },
        RuleCase("timeouts", .metrics, "query-timeouts", .degraded, says: "limit of time") { $0.set(.queryTimeouts, [1]) },
        RuleCase("matched and never invoked", .metrics, "matched-not-invoked", .degraded, says: "no invocation") {
            $0.set(.invocations, [])
        },
        RuleCase("matched just now", .metrics, nil, .healthy, says: "last hour") { look in
            look.set(.matchedEvents, last: [3, 2])
            look.set(.invocations, [])
        },
        RuleCase("half an answer", .metrics, "metrics-incomplete", .unknown, says: "not answer for every metric") { look in
            look.metrics.change { $0.complaints = ["errors: InternalError"] }
        },
    ]

    // MARK: What could not be looked at, and the clock

    static let sources: [RuleCase] = {
        let kinds: [(kind: Problem.Kind, code: String)] = [
            (.denied, "access-refused"), (.timedOut, "no-answer"), (.unreachable, "unreachable"), (.throttled, "throttled"),
            (.credentials, "credentials-refused"), (.cancelled, "interrupted"), (.failed, "not-readable"),
            (.defect, "not-readable"),
        ]
        let clocks: [(offset: Int, code: String?, says: String)] = [
            (600, "clock-wrong", "10 min behind"), (-600, "clock-wrong", "10 min ahead of"),
        ]
        return kinds.map { one in
            RuleCase("alarms \(one.kind)", .alarms, one.code, .unknown, says: "cannot look at the alarms: why") {
                $0.facts.alarms = .failed(Problem(one.kind, "why"))
            }
        }
            + clocks.map { clock in
                RuleCase("clock \(clock.offset)", .clock, clock.code, .degraded, says: clock.says) {
                    $0.facts.clockOffset = clock.offset
                }
            }
    }()
}
