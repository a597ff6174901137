import Basics
import Findings
import Testing

@testable import Status

@Suite struct RegionDifferenceTests {
    private func differences(_ change: (inout RegionLook) -> Void) -> [RegionDifference] {
        var looks = HealthyStack.looks
        change(&looks[1])
        return RegionDifferences.all(looks, stack: HealthyStack.stack)
    }

    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var aspect: RegionDifference.Aspect
        var subject: String?
        var values: [String?]
        var change: @Sendable (inout RegionLook) -> Void
    }

    private static let cases: [Case] = [
        Case(testDescription: "code", aspect: .codeSha256, values: ["3q2+7wAAAA=", "other="]) { look in
            look.facts.function.change { $0.configuration.codeSha256 = "other=" }
        },
        Case(testDescription: "memory", aspect: .functionConfiguration, subject: "MemorySize", values: ["512", "1024"]) { look in
            look.facts.function.change { $0.configuration.memorySize = 1024 }
        },
        Case(
            testDescription: "concurrency", aspect: .functionConfiguration, subject: "ReservedConcurrentExecutions",
            values: ["none", "5"]
        ) { look in
            look.facts.function.change { $0.concurrency = .init(reservedConcurrentExecutions: 5) }
        },
        Case(
            testDescription: "retries of Lambda, unsaid", aspect: .functionConfiguration, subject: "MaximumRetryAttempts",
            values: ["2", "1"]
        ) { look in
            look.facts.eventInvokeConfig.change { $0.maximumRetryAttempts = 1 }
        },
        Case(
            testDescription: "a variable's value", aspect: .functionConfiguration, subject: "Environment.API_KEY",
            values: ["a value of its own", "a value of its own"]
        ) { $0.environment = Secret($0.environment.exposed.merging(["API_KEY": "hush-5678"]) { _, new in new }) },
        Case(
            testDescription: "a variable missing", aspect: .functionConfiguration, subject: "Environment.API_KEY",
            values: ["a value of its own", "not set"]
        ) { $0.environment = Secret($0.environment.exposed.filter { $0.key != "API_KEY" }) },
        Case(testDescription: "schema", aspect: .schemaVersion, values: ["0, 1, 2, 3, 4, 5", "0, 1"]) { look in
            look.facts.database.change { $0.schemaVersions = [0, 1] }
        },
        Case(
            testDescription: "pattern", aspect: .eventPattern, values: [HealthyStack.pattern, #"{"source":["task.management"]}"#]
        ) { look in
            look.facts.rule.change { $0.eventPattern = #"{"source":["task.management"]}"# }
        },
        Case(
            testDescription: "retry policy", aspect: .retryPolicy,
            values: ["185 retries within 86400 s", "3 retries within 86400 s"]
        ) { look in
            look.facts.targets.change { $0[0].retryPolicy = .init(maximumRetryAttempts: 3, maximumEventAgeInSeconds: nil) }
        },
        Case(testDescription: "retention", aspect: .retentionInDays, values: ["7 days", "for ever"]) { look in
            look.facts.logGroup.change { $0.retentionInDays = nil }
        },
        Case(
            testDescription: "an alarm", aspect: .alarms, subject: "task-processor-dev-errors", values: ["there", "missing"]
        ) { $0.facts.alarms = .read([]) },
    ]

    @Test(arguments: cases)
    private func oneThingDiffers(_ one: Case) {
        let found = differences(one.change)
        #expect(found.map(\.aspect) == [one.aspect])
        #expect(found.first?.subject == one.subject)
        #expect(found.first?.values == zip(HealthyStack.regions, one.values).map { .init(region: $0, value: $1) })
        #expect(found.first?.health == (one.aspect == .schemaVersion ? .unhealthy : .degraded))
        #expect(found.first?.next?.isEmpty == false)
        #expect("\(found)".contains("hush") == false, "a variable's value is shown to nobody")
    }

    @Test func everyAspectIsMet() {
        #expect(Set(Self.cases.map(\.aspect)) == Set(RegionDifference.Aspect.allCases))
    }

    @Test func whatRightlyDiffersIsNoDifference() {
        let found = differences { look in
            // Already different in the healthy stack: the cluster's endpoint in the environment.
            look.facts.alarms = .read([HealthyStack.alarm("task-processor-dev-errors")])
            look.facts.rule.change {
                $0.eventPattern =
                    #"{"detail-type":["Task Completed","Task Updated","Task Created"],"source":["task.management"]}"#
            }
            look.facts.eventInvokeConfig = .failed(Problem(.notFound, "none, so Lambda's own settings hold"))
        }
        #expect(found.isEmpty)
        var looks = HealthyStack.looks
        for place in looks.indices {
            looks[place].facts.alarms = .read([HealthyStack.alarm("errors-in-\(looks[place].region)")])
        }
        #expect(RegionDifferences.all(looks, stack: HealthyStack.stack).isEmpty)
    }

    @Test func whatCouldNotBeReadIsNotCompared() {
        let found = differences { look in
            let problem = Problem(.timedOut, "no answer")
            look.facts.function = .failed(problem)
            look.facts.rule = .failed(problem)
            look.facts.alarms = .failed(problem)
            look.facts.eventInvokeConfig = .failed(problem)
            look.environment = Secret([:])
        }
        #expect(found.isEmpty)
        #expect(RegionDifferences.all([HealthyStack.look("us-east-1")], stack: HealthyStack.stack).isEmpty)
    }

    @Test func theWorstIsSaidFirst() {
        let found = differences { look in
            look.facts.function.change { $0.configuration.codeSha256 = "other=" }
            look.facts.database.change { $0.schemaVersions = [0] }
        }
        #expect(found.map(\.aspect) == [.schemaVersion, .codeSha256])
    }
}
