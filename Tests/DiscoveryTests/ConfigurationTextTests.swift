import Basics
import Configuration
import TaskSystem
import TestSupport
import Testing

@testable import Discovery

/// The written file: what stands in it, and that `taskops` reads the same names back from it.
@Suite struct ConfigurationTextTests {
    private func text(_ draft: StackDraft) -> ConfigurationText {
        ConfigurationText(draft, account: "111122223333", date: "2026-11-25")
    }

    private func draft(_ inventories: [RegionInventory], _ readings: [String: PathReading] = [:]) throws -> StackDraft {
        StackDraft(try #require(StackCandidates.group(inventories).first), readings: readings)
    }

    /// A prod stack whose western half has names of its own, with settings kept from a file.
    private var differing: [RegionInventory] {
        var west = Facts.stack("tasks-prod", cluster: Facts.west, environment: "prod", in: "us-west-2")
        west.outputs["EventBusName"] = "task-events-west"
        west.outputs["FailureQueueUrl"] = nil
        return [
            RegionInventory(
                region: "us-east-1",
                stacks: .success([Facts.stack("tasks-prod", cluster: Facts.east, environment: "prod")]),
                clusters: .success([Facts.cluster(Facts.east, peers: [("us-west-2", Facts.west)])])),
            RegionInventory(
                region: "us-west-2", stacks: .success([west]),
                clusters: .failure(Facts.refused("dsql:ListClusters", in: "us-west-2"))),
        ]
    }

    @Test func aWholeStack() throws {
        let written = text(try draft(Facts.whole))
        #expect(written.open.isEmpty)
        try expectGolden(written.text, "whole.yaml")
        let stack = try ConfigurationFile.decode(written.text, file: "taskops.yaml")
        #expect(stack.name == "tasks" && stack.environment == "dev")
        #expect(
            stack.regions
                == [("us-east-1", Facts.east), ("us-west-2", Facts.west)].map { region, id in
                    RegionalStack(
                        region: region, cluster: .id(id), bus: "task-events-dev", rule: "task-processing-rule",
                        function: "task-processor-dev", deadLetterQueue: "task-events-dev-undelivered",
                        failureQueue: "task-processor-dev-failed",
                        variables: ["onCallTopic": "arn:aws:sns:${region}:${account}:task-on-call-dev"])
                })
    }

    @Test func topicsThatDifferStandInTheirRegions() throws {
        var inventories = Facts.whole
        var stacks = try inventories[1].stacks.get()
        stacks[0].outputs["OnCallTopicArn"] = "arn:aws:sns:us-west-2:111122223333:pager"
        inventories[1].stacks = .success(stacks)
        let written = text(try draft(inventories))
        let stack = try ConfigurationFile.decode(written.text, file: "taskops.yaml")
        #expect(
            stack.regions.map(\.variables)
                == ["task-on-call-dev", "pager"].map {
                    ["onCallTopic": "arn:aws:sns:${region}:${account}:\($0)"]
                })
        #expect(!written.text.contains("\nvariables:"))
    }

    @Test func regionsThatDiffer() throws {
        let reading = PathReading(paths: [
            EventPath(
                bus: "task-events-west", rule: "task-processing-rule", function: .found("task-processor-prod", from: "x"),
                failureQueue: .absent("task-processor-prod has no on-failure destination"))
        ])
        var draft = try draft(differing, ["us-west-2": reading])
        draft.regions[1].kept = .init(
            connection: ConnectionOverride(hostaddr: "10.0.0.7", port: 5433, sslRootCert: "/etc/our ca's.pem"),
            endpointURL: "http://127.0.0.1:5000", file: "/etc/taskops.yaml")
        let written = text(draft)
        try expectGolden(written.text, "differing.yaml")
        let west = try #require(try ConfigurationFile.decode(written.text, file: "/x/taskops.yaml").regions.last)
        #expect(west.bus == "task-events-west")
        #expect(west.failureQueue == nil)
        #expect(west.connection == ConnectionOverride(hostaddr: "10.0.0.7", port: 5433, sslRootCert: "/etc/our ca's.pem"))
        #expect(west.endpointURL == "http://127.0.0.1:5000")
    }

    @Test func variablesOfAnEarlierFileAreKept() throws {
        var draft = try draft(Facts.whole)
        for index in draft.regions.indices {
            draft.regions[index].kept = .init(
                connection: ConnectionOverride(),
                variables: ["limit": "\(index + 5)", "onCallTopic": index == 0 ? "arn:aws:sns:${region}:${account}:own" : "x"],
                file: "/etc/taskops.yaml")
        }
        let topic = draft.regions[1].onCallTopic?.value
        draft.regions[1].kept?.variables["onCallTopic"] = topic
        let written = text(draft)
        let stack = try ConfigurationFile.decode(written.text, file: "taskops.yaml")
        #expect(stack.regions.map { $0.variables["limit"] } == ["5", "6"])
        #expect(
            stack.regions.map { $0.variables["onCallTopic"] } == [
                "arn:aws:sns:${region}:${account}:own", "arn:aws:sns:${region}:${account}:task-on-call-dev",
            ])
    }

    @Test func whatIsOpenIsRefusedAtItsLine() throws {
        let reading = PathReading(
            paths: [Facts.path("task-events-a", "r", to: "f"), Facts.path("task-events-b", "r", to: "f")],
            unread: [Facts.refused("events:ListRules")])
        let cluster = Facts.cluster(Facts.east, tag: nil, name: nil)
        let written = text(
            try draft([RegionInventory(region: "us-east-1", clusters: .success([cluster]))], ["us-east-1": reading]))
        try expectGolden(written.text, "open.yaml")
        let problems = #expect(throws: Problems.self) {
            try ConfigurationFile.decode(written.text, file: "taskops.yaml")
        }
        let refused = Set(problems?.all.compactMap(\.location?.line) ?? [])
        #expect(refused == Set(written.open.map(\.line)))
        #expect(
            written.open.map(\.key) == ["stack", "environment", "regions.us-east-1.bus", "regions.us-east-1.deadLetterQueue"])
    }

    @Test(arguments: [
        ("task-events-dev", "task-events-dev"), ("a.b_c/d", "a.b_c/d"), ("/etc/ca.pem", "/etc/ca.pem"),
        ("it's", "'it''s'"), ("127.0.0.1", "127.0.0.1"), ("1.5", "'1.5'"), ("true", "'true'"), ("No", "'No'"), ("null", "'null'"),
        ("1e3", "'1e3'"),
        ("a: b", "'a: b'"), ("#x", "'#x'"), ("a,b", "'a,b'"), ("", "''"), ("-x", "'-x'"), ("~", "'~'"),
        ("4bc0def1baz2quux3quuux4abc", "4bc0def1baz2quux3quuux4abc"),
        ("12345678901234567890123456", "'12345678901234567890123456'"),
    ])
    func valuesThatYAMLWouldTakeForSomethingElseAreQuoted(value: String, written: String) {
        #expect(ConfigurationText.scalar(value) == written)
    }

    @Test func noCommentBreaksItsLine() throws {
        var draft = try draft(Facts.whole)
        draft.stack = .open("two\nlines", candidates: [])
        #expect(text(draft).text.split(separator: "\n").first { $0.hasPrefix("stack:") }?.contains("two lines") == true)
    }
}
