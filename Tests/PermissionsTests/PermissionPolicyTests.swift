import Permissions
import TaskSystem
import Testing

@Suite struct PermissionPolicyTests {
    private func stack(_ cluster: ClusterReference) -> TaskStack {
        TaskStack(
            name: "tasks", environment: "dev",
            regions: ["us-east-1", "cn-north-1"].map {
                RegionalStack(region: $0, cluster: cluster, bus: "bus", rule: "rule", function: "fn")
            })
    }

    private func policy(_ commands: [String], _ cluster: ClusterReference) -> PermissionPolicy {
        let stack = stack(cluster)
        return PermissionPolicy(commands: commands, stack: stack, regions: stack.regions, account: "111122223333")
    }

    private let byID = ClusterReference.id(ClusterID(rawValue: "abc0def1baz2quux3quuux4abc")!)

    @Test func eachActionIsBoundToTheStacksOwnThings() throws {
        let canary = policy(["canary"], byID)
        #expect(
            canary.statement.map(\.sid) == [
                "Bus", "Rule", "Function", "LogGroup", "Cluster", "CanaryMetrics", "WithoutResource",
            ])
        #expect(canary.statement[0].action == ["events:DescribeEventBus", "events:PutEvents"])
        #expect(
            canary.statement[0].resource == [
                "arn:aws:events:us-east-1:111122223333:event-bus/bus", "arn:aws-cn:events:cn-north-1:111122223333:event-bus/bus",
            ])
        #expect(canary.statement[1].resource[0] == "arn:aws:events:us-east-1:111122223333:rule/bus/rule")
        #expect(canary.statement[4].resource[0] == "arn:aws:dsql:us-east-1:111122223333:cluster/abc0def1baz2quux3quuux4abc")
        #expect(!canary.statement.flatMap(\.action).contains("dsql:DbConnectAdmin"))
        // What takes no resource is bound by a condition, where there is one to bind it by.
        #expect(canary.statement[..<6].filter { $0.condition == nil }.allSatisfy { !$0.resource.contains("*") })
        #expect(canary.statement[5].condition == ["StringEquals": ["cloudwatch:namespace": "TaskOps/Canary"]])
        #expect(canary.statement[6].action == ["events:TestEventPattern"])
    }

    @Test func onlyAFileThatNamesTagsNeedsToListClusters() {
        #expect(!policy(["canary"], byID).statement.flatMap(\.action).contains("dsql:ListClusters"))
        let tagged = policy(["canary"], .tag(key: "Name", value: "x"))
        #expect(tagged.statement.last?.action == ["dsql:ListClusters", "events:TestEventPattern"])
        #expect(tagged.statement.last?.resource == ["*"])
    }

    @Test func aCanaryInOneRegionStillReadsAtThePeer() {
        let stack = stack(byID)
        let policy = PermissionPolicy(
            commands: ["canary"], stack: stack, regions: [stack.regions[0]], account: "111122223333")
        #expect(policy.statement.first { $0.sid == "Cluster" }?.resource.count == 2)
        #expect(policy.statement.first { $0.sid == "Bus" }?.resource.count == 1)
    }

    @Test func commandsAddUp() {
        let both = policy(["canary", "schema"], byID).statement.flatMap(\.action)
        #expect(both.contains("dsql:DbConnect") && both.contains("dsql:DbConnectAdmin"))
        #expect(both.count == Set(both).count)
    }

    @Test func statusReadsAndNothingElse() throws {
        var stack = stack(byID)
        stack.regions[0].deadLetterQueue = "undelivered"
        stack.regions[0].failureQueue = "failed"
        let policy = PermissionPolicy(commands: ["status"], stack: stack, regions: [stack.regions[0]], account: "111122223333")
        #expect(policy.statement.map(\.sid) == ["Bus", "Rule", "Function", "Queues", "Cluster", "WithoutResource"])
        #expect(
            policy.statement[3].resource == [
                "arn:aws:sqs:us-east-1:111122223333:undelivered", "arn:aws:sqs:us-east-1:111122223333:failed",
            ])
        #expect(
            policy.statement[5].action == ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "logs:DescribeLogGroups"])
        let operations = policy.statement.flatMap(\.action).map { $0.split(separator: ":")[1] }
        let reading = ["Describe", "List", "Get", "DbConnect"]
        #expect(operations.allSatisfy { operation in reading.contains { operation.hasPrefix($0) } })
    }

    @Test func aStackWithoutQueuesNeedsNoRightsOnThem() {
        #expect(!policy(["status"], byID).statement.map(\.sid).contains("Queues"))
    }

    @Test func aSearchIsBoundToTheAccountAndNoStack() throws {
        let search = PermissionPolicy(searching: ["init"], region: "us-east-1", account: "111122223333")
        #expect(search.statement.map(\.sid) == ["AnyRule", "AnyFunction", "AnyCluster", "WithoutResource"])
        #expect(search.statement[0].resource == ["arn:aws:events:*:111122223333:rule/*"])
        #expect(search.statement[2].action == ["dsql:GetCluster"])
        // Describing every stack needs the right to list them as well, and to list clusters there is no file that has them.
        #expect(
            search.statement[3].action == [
                "cloudformation:DescribeStacks", "cloudformation:ListStacks", "dsql:ListClusters", "events:ListEventBuses",
                "events:ListRules",
            ])
        let china = PermissionPolicy(searching: ["init"], region: "cn-north-1", account: "111122223333")
        #expect(china.statement[1].resource == ["arn:aws-cn:lambda:*:111122223333:function:*"])
    }

    @Test func alarmsAreAskedForAllAtOnce() {
        let policy = policy(["alarms"], byID)
        #expect(policy.statement.map(\.sid) == ["WithoutResource"])
        #expect(policy.statement[0].action == ["cloudwatch:DescribeAlarms"])
    }
}
