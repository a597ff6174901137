import Basics
import TaskSystem
import Testing

@testable import Discovery

/// Which task systems an account holds: what belongs together, and what is only there as well.
@Suite struct StackCandidateTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var inventories: [RegionInventory]
        /// `label: Regions`, with `?` behind what nothing marks as a task system.
        var candidates: [String]
        var testDescription: String { name }

        init(_ name: String, _ inventories: [RegionInventory], _ candidates: [String]) {
            self.name = name
            self.inventories = inventories
            self.candidates = candidates
        }
    }

    private static func region(
        _ name: String, _ stacks: [StackFact] = [], _ clusters: [ClusterFact] = []
    ) -> RegionInventory {
        RegionInventory(region: name, stacks: .success(stacks), clusters: .success(clusters))
    }

    static let rows = [
        Row("nothing at all", [region("us-east-1"), region("us-west-2")], []),
        Row("two Regions as deployed", Facts.whole, ["tasks-dev: us-east-1 us-west-2"]),
        Row(
            "one Region is a stack as well",
            [region("us-east-1", [Facts.stack(cluster: Facts.east)], [Facts.cluster(Facts.east)])],
            ["tasks-dev: us-east-1"]),
        Row(
            "two environments with one tag stay two",
            [
                region(
                    "us-east-1",
                    [
                        Facts.stack(cluster: Facts.east),
                        Facts.stack("tasks-prod", cluster: Facts.other, environment: "prod"),
                    ], [Facts.cluster(Facts.east), Facts.cluster(Facts.other, name: "task-mgmt-prod")])
            ], ["tasks-dev: us-east-1", "tasks-prod: us-east-1"]),
        Row(
            "without CloudFormation the clusters' tags and peers tell",
            [
                region("us-east-1", [], [Facts.cluster(Facts.east, peers: [("us-west-2", Facts.west)])]),
                region("us-west-2", [], [Facts.cluster(Facts.west, peers: [("us-east-1", Facts.east)])]),
            ], ["task-mgmt-dev: us-east-1 us-west-2"]),
        Row(
            "a peer that is named by one side only belongs to it",
            [
                region("us-east-1", [], [Facts.cluster(Facts.east, peers: [("us-west-2", Facts.west)])]),
                region("us-west-2", [], [Facts.cluster(Facts.west)]),
            ], ["task-mgmt-dev: us-east-1 us-west-2"]),
        Row(
            "a peer in a Region nobody may look into is still a Region of the stack",
            [
                region("us-east-1", [], [Facts.cluster(Facts.east, peers: [("us-west-2", Facts.west)])]),
                RegionInventory(
                    region: "us-west-2", stacks: .failure(Facts.refused("cloudformation:DescribeStacks")),
                    clusters: .failure(Facts.refused("dsql:ListClusters"))),
            ], ["task-mgmt-dev: us-east-1 us-west-2"]),
        Row(
            "clusters with one tag and no peers are not guessed together",
            [
                region("us-east-1", [], [Facts.cluster(Facts.east, name: "a")]),
                region("us-west-2", [], [Facts.cluster(Facts.west, name: "b")]),
            ], ["a: us-east-1", "b: us-west-2"]),
        Row(
            "stacks of one name and tag belong together, even where DSQL may not be asked",
            Facts.whole.map { whole in
                var inventory = whole
                inventory.clusters = .failure(Facts.refused("dsql:ListClusters", in: whole.region))
                return inventory
            }, ["tasks-dev: us-east-1 us-west-2"]),
        Row(
            "the peer that a stack's parameter names is followed",
            [region("us-east-1", [Facts.stack(cluster: Facts.east, peer: ("us-west-2", Facts.west))])],
            ["tasks-dev: us-east-1 us-west-2"]),
        Row(
            "a cluster that says nothing comes last, and marked as such",
            [region("us-east-1", [Facts.stack(cluster: Facts.east)], [Facts.cluster(Facts.other, tag: nil, name: "a-shop")])],
            ["tasks-dev: us-east-1", "a-shop: us-east-1?"]),
        Row(
            "other people's stacks are none, whatever single output they share",
            [
                region(
                    "us-east-1",
                    [
                        StackFact(name: "shop", outputs: ["EventBusName": "orders", "FunctionName": "f"]),
                        StackFact(name: "net", tags: ["taskops:stack": "tasks"]),
                    ])
            ], []),
        Row(
            "all of the template's outputs say it without a tag",
            [region("us-east-1", [Facts.stack(cluster: Facts.east, tag: nil)])],
            ["tasks-dev: us-east-1"]),
    ]

    @Test(arguments: rows)
    func whatBelongsTogether(row: Row) {
        let found = StackCandidates.group(row.inventories).map {
            "\($0.label): \($0.regions.joined(separator: " "))\($0.isMarked ? "" : "?")"
        }
        #expect(found == row.candidates)
    }

    @Test func peersAreLookedForWhereTheyAre() {
        #expect(StackCandidates.peerRegions(of: [Facts.whole[0]]) == ["us-west-2"])
        #expect(Set(StackCandidates.peerRegions(of: Facts.whole)) == ["us-west-2", "us-east-1"])
        let byParameter = RegionInventory(
            region: "us-east-1", stacks: .success([Facts.stack(cluster: Facts.east, peer: ("us-west-2", Facts.west))]))
        #expect(StackCandidates.peerRegions(of: [byParameter]) == ["us-west-2"])
        let shop = StackFact(name: "shop", parameters: ["PeerClusterArn": Facts.arn("us-west-2", Facts.west)])
        #expect(StackCandidates.peerRegions(of: [RegionInventory(region: "us-east-1", stacks: .success([shop]))]) == [])
    }

    @Test(arguments: ["tasks-dev", "tasks", "task-mgmt-dev", "abc0def1baz2quux3quuux4abc"])
    func itAnswersToEachOfItsNames(name: String) throws {
        let candidate = try #require(StackCandidates.group(Facts.whole).first)
        #expect(candidate.answers(to: name))
        #expect(!candidate.answers(to: name + "x"))
    }

    @Test(arguments: [
        ("arn:aws:dsql:us-west-2:111122223333:cluster/wst0def1baz2quux3quuux4wst", "us-west-2"),
        ("arn:aws-cn:dsql:cn-north-1:111122223333:cluster/wst0def1baz2quux3quuux4wst", "cn-north-1"),
        ("arn:aws:dsql:us-west-2:111122223333:cluster/short", nil), ("arn:aws:rds:us-west-2:1:cluster/x", nil), ("", nil),
    ])
    func peersARNs(arn: String, region: String?) {
        #expect(ClusterFact.Peer(arn: arn)?.region == region)
    }
}
