import Basics
import Findings
import TaskSystem
import Testing

@testable import Status

/// One thing wrong in the first Region of a healthy stack, and what the page must say of it.
struct RuleCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Nil where all is well in spite of it.
    var code: String?
    var health: Health
    var part: StatusRow.Part
    /// A part of the sentence, or of the row's summary where there is no finding.
    var says: String
    /// Codes that stand beside it, in any row.
    var also: Set<String>
    var change: @Sendable (inout RegionLook) -> Void

    init(
        _ name: String, _ part: StatusRow.Part, _ code: String?, _ health: Health, says: String, also: Set<String> = [],
        _ change: @escaping @Sendable (inout RegionLook) -> Void
    ) {
        testDescription = name
        self.code = code
        self.health = health
        self.part = part
        self.says = says
        self.also = also
        self.change = change
    }

    /// Every state in AWS's lists, and every other thing the rules know.
    static let all: [RuleCase] = [
        clusterStatuses, encryption, clusters, functionStates, updates, functions, ruleStates, patterns, rules, permissions,
        logGroups, queues, connecting, databases, alarms, metrics, sources,
    ].flatMap(\.self)
}

// MARK: The ten statuses of a cluster, the four of its encryption, and what else is said of it

extension RuleCase {
    private typealias State = (state: String, code: String?, health: Health, says: String)

    static let clusterStatuses: [RuleCase] = {
        let states: [State] = [
            ("ACTIVE", nil, .healthy, "ACTIVE, peered with us-west-2, witness us-east-2"),
            ("IDLE", nil, .healthy, "IDLE, scaled down, wakes on the next connection"),
            ("INACTIVE", nil, .healthy, "INACTIVE, scaled down, wakes on the next connection"),
            ("UPDATING", nil, .healthy, "UPDATING"),
            ("CREATING", "cluster-creating", .unhealthy, "takes no connections yet"),
            ("PENDING_SETUP", "cluster-pending-setup", .unhealthy, "until it and its peer name each other"),
            ("PENDING_DELETE", "cluster-pending-delete", .unhealthy, "when its last peer is deleted"),
            ("DELETING", "cluster-deleting", .unhealthy, "is being deleted, and its data with it"),
            ("DELETED", "cluster-deleted", .unhealthy, "is deleted"),
            ("FAILED", "cluster-failed", .unhealthy, "could not be created"),
            ("DREAMING", "cluster-status-unknown", .unknown, "not known here"),
        ]
        return states.map { state in
            RuleCase("cluster \(state.state)", .cluster, state.code, state.health, says: state.says) { look in
                look.facts.cluster.change { $0.status = state.state }
            }
        }
    }()

    static let encryption: [RuleCase] = {
        let states: [State] = [
            ("ENABLED", nil, .healthy, "ACTIVE"), ("UPDATING", nil, .healthy, "encryption UPDATING"),
            ("ENABLING", nil, .healthy, "encryption ENABLING"),
            ("KMS_KEY_INACCESSIBLE", "cluster-key-inaccessible", .unhealthy, "cannot use the cluster's KMS key"),
            ("ROTTEN", "cluster-encryption-unknown", .unknown, "not known here"),
        ]
        return states.map { state in
            RuleCase("encryption \(state.state)", .cluster, state.code, state.health, says: state.says) { look in
                look.facts.cluster.change {
                    $0.encryptionDetails = .init(
                        encryptionType: "CUSTOMER_MANAGED_KMS_KEY", kmsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/1",
                        encryptionStatus: state.state)
                }
            }
        }
    }()

    static let clusters: [RuleCase] = [
        RuleCase("cluster gone", .cluster, "cluster-missing", .unhealthy, says: "there is no cluster") {
            $0.facts.cluster = .failed(Problem(.notFound, "no such cluster"))
        },
        RuleCase("protection off", .cluster, "cluster-not-protected", .degraded, says: "deletion protection is off") { look in
            look.facts.cluster.change { $0.deletionProtectionEnabled = false }
        },
        RuleCase("named by its peer alone", .cluster, "peering-one-sided", .unhealthy, says: "does not name it back") { look in
            look.facts.cluster.change { $0.multiRegionProperties?.clusters = nil }
        },
        RuleCase("another witness", .cluster, "witness-differs", .unhealthy, says: "different witnesses") { look in
            look.facts.cluster.change { $0.multiRegionProperties?.witnessRegion = "us-east-9" }
        },
    ]

    // MARK: The eight states of a function, the three of its updates, and the rest

    static let functionStates: [RuleCase] = {
        let states: [(state: String, reason: String?, code: String?, health: Health, says: String)] = [
            ("Active", nil, nil, .healthy, "Active, provided.al2023, 512 MB"),
            ("Pending", "Creating", "function-pending", .degraded, "is Pending"),
            ("Inactive", "Idle", "function-inactive", .degraded, "the next event wakes it"),
            ("Inactive", "SubnetOutOfIPAddresses", "function-not-waking", .unhealthy, "could not wake it"),
            ("Failed", "InvalidRuntime", "function-failed", .unhealthy, "cannot be invoked"),
            ("Deactivating", nil, "function-deactivating", .unhealthy, "about to stop"),
            ("Deactivated", nil, "function-deactivated", .unhealthy, "cannot be invoked"),
            ("ActiveNonInvocable", nil, "function-not-invocable", .unhealthy, "cannot be invoked"),
            ("Deleting", nil, "function-deleting", .unhealthy, "being deleted"),
            ("Sleeping", nil, "function-state-unknown", .unknown, "not known here"),
        ]
        return states.map { state in
            let name = "function \(state.state) \(state.reason ?? "")"
            return RuleCase(name, .function, state.code, state.health, says: state.says) { look in
                look.facts.function.change {
                    $0.configuration.state = state.state
                    $0.configuration.stateReasonCode = state.reason
                }
            }
        }
    }()

    static let updates: [RuleCase] = {
        let states: [State] = [
            ("Successful", nil, .healthy, "Active"),
            ("InProgress", "update-in-progress", .degraded, "is being updated"),
            ("Failed", "update-failed", .degraded, "last update failed"),
            ("Halfway", "update-unknown", .unknown, "not known here"),
        ]
        return states.map { state in
            RuleCase("update \(state.state)", .function, state.code, state.health, says: state.says) { look in
                look.facts.function.change { $0.configuration.lastUpdateStatus = state.state }
            }
        }
    }()

    static let functions: [RuleCase] = [
        RuleCase(
            "function gone", .function, "function-missing", .unhealthy, says: "there is no function task-processor-dev",
            also: ["permission-no-function"]
        ) { look in
            let problem = Problem(.notFound, "Lambda GetFunction in us-east-1 failed")
            look.facts.function = .failed(problem)
            look.facts.policy = .failed(problem)
            look.facts.eventInvokeConfig = .failed(problem)
        },
        RuleCase(
            "a variable missing", .function, "function-variable-missing", .unhealthy, says: "lacks EVENT_BUS_NAME, DATABASE_ROLE",
            also: []
        ) { look in
            look.environment = Secret(
                look.environment.exposed.filter { $0.key != "DATABASE_ROLE" && $0.key != "EVENT_BUS_NAME" })
        },
        RuleCase("another cluster", .function, "function-other-cluster", .unhealthy, says: "endpoint of another cluster") {
            look in
            look.environment = Secret(
                look.environment.exposed.merging(["CLUSTER_ENDPOINT": "other.dsql.us-east-1.on.aws"]) { _, new in new })
        },
        RuleCase("variables that may not be seen", .function, nil, .healthy, says: "Active") { look in
            look.environment = Secret([:])
        },
        RuleCase("no concurrency", .function, "function-throttled", .unhealthy, says: "switched off") { look in
            look.facts.function.change { $0.concurrency = .init(reservedConcurrentExecutions: 0) }
        },
        RuleCase("old runtime", .function, "runtime-deprecated", .degraded, says: "deprecated since 2026-07-31") { look in
            look.facts.function.change { $0.configuration.runtime = "provided.al2" }
        },
        RuleCase(
            "nowhere for failures", .function, "function-no-failure-destination", .degraded, says: "no on-failure destination"
        ) { $0.facts.eventInvokeConfig = .failed(Problem(.notFound, "none")) },
        RuleCase("a dead-letter queue of the function's", .function, nil, .healthy, says: "Active") { look in
            look.facts.eventInvokeConfig = .failed(Problem(.notFound, "none"))
            let arn = look.facts.failureQueue?.value?.queueArn
            look.facts.function.change { $0.configuration.deadLetterConfig = .init(targetArn: arn) }
        },
        RuleCase("no retries", .function, "function-no-retries", .degraded, says: "does not try a failed event again") { look in
            look.facts.eventInvokeConfig.change { $0.maximumRetryAttempts = 0 }
        },
        RuleCase("retries refused", .function, "access-refused", .unknown, says: "asynchronous invocation") {
            $0.facts.eventInvokeConfig = .failed(Problem(.denied, "refused"))
        },
    ]

    // MARK: Bus and rule

    static let ruleStates: [RuleCase] = {
        let states: [State] = [
            ("ENABLED", nil, .healthy, "ENABLED, leads to task-processor-dev"),
            ("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", nil, .healthy, "ENABLED_WITH_ALL_CLOUDTRAIL"),
            ("DISABLED", "rule-disabled", .unhealthy, "not delivered"),
            ("PAUSED", "rule-state-unknown", .unknown, "not known here"),
        ]
        return states.map { state in
            RuleCase("rule \(state.state)", .rule, state.code, state.health, says: state.says) { look in
                look.facts.rule.change { $0.state = state.state }
            }
        }
    }()

    static let patterns: [RuleCase] = {
        let patterns: [(pattern: String?, code: String, health: Health, says: String)] = [
            (#"{"source":["task.managment"]}"#, "pattern-matches-nothing", .unhealthy, "none of the task events"),
            (
                #"{"source":["task.management"],"detail-type":["Task Created"]}"#, "pattern-misses-events", .unhealthy,
                "does not match Task Updated, Task Completed"
            ),
            (
                #"{"source":["task.management"],"detail":{"taskData":{"priority":["high"]}}}"#, "pattern-narrowed", .degraded,
                "also asks for detail.taskData.priority"
            ),
            (#"{"source":[{"sounds-like":"task"}]}"#, "pattern-unknown", .unknown, "sounds-like"),
            (nil, "rule-no-pattern", .unhealthy, "no event pattern"),
        ]
        return patterns.map { one in
            RuleCase("pattern \(one.pattern ?? "none")", .rule, one.code, one.health, says: one.says) { look in
                look.facts.rule.change { $0.eventPattern = one.pattern }
            }
        }
    }()

    static let rules: [RuleCase] = [
        RuleCase("bus gone", .bus, "bus-missing", .unhealthy, says: "accepts what is sent to it, and drops it") {
            $0.facts.bus = .failed(Problem(.notFound, "no bus"))
        },
        RuleCase("rule gone", .rule, "rule-missing", .unhealthy, says: "has no rule task-processing-rule") { look in
            look.facts.rule = .failed(Problem(.notFound, "no rule"))
            look.facts.targets = .failed(Problem(.notFound, "no rule"))
        },
        RuleCase("no target", .rule, "rule-no-target", .unhealthy, says: "has no target") { $0.facts.targets = .read([]) },
        RuleCase("another target", .rule, "rule-other-target", .unhealthy, says: "does not lead to the function") { look in
            look.facts.targets.change { $0[0].arn += "-2" }
        },
        RuleCase("a version as target", .rule, nil, .healthy, says: "leads to task-processor-dev") { look in
            look.facts.targets.change { $0[0].arn += ":live" }
        },
        RuleCase("twice the same target", .rule, "rule-repeated-target", .degraded, says: "2 times") { look in
            look.facts.targets.change { $0.append($0[0]) }
        },
        RuleCase("a constant for the event", .rule, "target-input-changed", .unhealthy, says: "not given the event") { look in
            look.facts.targets.change { $0[0].input = "{}" }
        },
        RuleCase("no dead letters", .rule, "target-no-dead-letter-queue", .degraded, says: "no dead-letter queue") { look in
            look.facts.targets.change { $0[0].deadLetterConfig = nil }
        },
        RuleCase(
            "other dead letters", .rule, "target-other-dead-letter-queue", .degraded, says: "not task-events-dev-undelivered"
        ) { look in
            look.facts.targets.change { $0[0].deadLetterConfig?.arn? += "-2" }
        },
        RuleCase("no second delivery", .rule, "target-no-retries", .degraded, says: "does not try again") { look in
            look.facts.targets.change { $0[0].retryPolicy?.maximumRetryAttempts = 0 }
        },
        RuleCase("targets refused", .rule, "access-refused", .unknown, says: "cannot look at the rule's targets") {
            $0.facts.targets = .failed(Problem(.denied, "the action events:ListTargetsByRule is refused in us-east-1"))
        },
        RuleCase(
            "the rule refused, its targets read", .rule, "target-input-changed", .unhealthy, says: "not given the event",
            also: ["access-refused"]
        ) { look in
            look.facts.rule = .failed(Problem(.denied, "the action events:DescribeRule is refused in us-east-1"))
            look.facts.targets.change { $0[0].input = "{}" }
        },
    ]

    // MARK: Permission and log group

    static let permissions: [RuleCase] = [
        RuleCase("no policy", .permission, "permission-missing", .unhealthy, says: "does not let the rule") {
            $0.facts.policy = .failed(Problem(.notFound, "no policy"))
        },
        RuleCase("a policy for another rule", .permission, "permission-missing", .unhealthy, says: "not retried") { look in
            look.facts.policy.change { $0.policy = HealthyStack.policy("lambda:InvokeFunction", "*", "eu-west-1") }
        },
        RuleCase(
            "rule and function unread", .permission, "permission-unknown", .unknown, says: "cannot be told", also: ["no-answer"]
        ) { look in
            look.facts.rule = .failed(Problem(.timedOut, "no answer"))
            look.facts.function = .failed(Problem(.timedOut, "no answer"))
        },
        RuleCase("an unknown condition", .permission, "permission-unknown", .unknown, says: "aws:PrincipalOrgID") { look in
            look.facts.policy.change { $0.policy = $0.policy?.replacing("aws:SourceArn", with: "aws:PrincipalOrgID") }
        },
        RuleCase("a policy that is none", .permission, "permission-not-readable", .unknown, says: "cannot be read") { look in
            look.facts.policy.change { $0.policy = "no JSON" }
        },
        RuleCase("a role of the target's", .permission, "permission-by-role", .unknown, says: "names a role") { look in
            look.facts.policy = .failed(Problem(.notFound, "no policy"))
            look.facts.targets.change { $0[0].roleArn = "arn:aws:iam::111122223333:role/events" }
        },
    ]

    static let logGroups: [RuleCase] = [
        RuleCase("log group gone", .logGroup, "log-group-missing", .degraded, says: "is not kept") {
            $0.facts.logGroup = .failed(Problem(.notFound, "none"))
        },
        RuleCase("kept for ever", .logGroup, "log-group-never-expires", .degraded, says: "no retention") { look in
            look.facts.logGroup.change { $0.retentionInDays = nil }
        },
        RuleCase("infrequent access", .logGroup, "log-group-not-searchable", .degraded, says: "INFREQUENT_ACCESS") { look in
            look.facts.logGroup.change { $0.logGroupClass = "INFREQUENT_ACCESS" }
        },
    ]
}
