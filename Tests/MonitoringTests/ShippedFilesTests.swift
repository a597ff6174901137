import Basics
import TaskSystem
import TestSupport
import Testing

@testable import Monitoring

/// The files of this checkout: `taskops validate` has nothing to say of them, whatever the stack is called.
@Suite struct ShippedFilesTests {
    /// As `deploy.py` leaves a stack behind, and one whose Regions differ in all that can differ.
    private static let stacks: [TaskStack] = {
        var differing = Checkout.stack
        for index in differing.regions.indices {
            differing.regions[index].variables = ["onCallTopic": "arn:aws:sns:${region}:${account}:pager-\(index)"]
        }
        var alike = differing
        alike.environment = "prod"
        for index in alike.regions.indices {
            alike.regions[index].bus = "task-events-prod"
            alike.regions[index].function = "task-processor-prod"
            alike.regions[index].deadLetterQueue = "task-events-prod-undelivered"
            alike.regions[index].failureQueue = "task-processor-prod-failed"
            alike.regions[index].variables = ["onCallTopic": "arn:aws:sns:${region}:${account}:task-on-call-${environment}"]
        }
        return [differing, alike]
    }()

    @Test(arguments: stacks)
    func nothingIsFound(stack: TaskStack) throws {
        let variables = try MonitoringVariables(stack: stack, account: "123456789012")
        let files = try MonitoringFolder.look(root: Repository.root, variables: variables, stack: stack)
        let findings = FileValidator.findings(
            in: files, stack: stack, variables: variables, pages: MonitoringFolder.pages(root: Repository.root))
        #expect(findings.isEmpty, "\(findings.map(\.problem.description).joined(separator: "\n"))")
        let kinds = files.desired.resources.map(\.id.kind)
        #expect(kinds.count { $0 == .metricAlarm } == 2 * 17)
        #expect(kinds.count { $0 == .compositeAlarm } == 2)
        #expect(kinds.count { $0 == .logGroup } == 2)
        #expect(kinds.count { $0 == .dashboard } == 3)
    }

    /// A checkout whose taskops.yaml names no topic is told so at the alarms, and not by AWS.
    @Test func aTopicIsNeeded() throws {
        let variables = Checkout.variables
        let files = try MonitoringFolder.look(root: Repository.root, variables: variables, stack: Checkout.stack)
        let words = files.findings.map(\.problem.description)
        #expect(words.contains { $0.contains("alarms/canary-failing.yaml:") && $0.contains("onCallTopic") }, "\(words)")
    }
}
