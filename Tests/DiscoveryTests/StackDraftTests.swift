import Basics
import TaskSystem
import Testing

@testable import Discovery

/// What a draft of taskops.yaml says of each value: found, none, or open and why.
@Suite struct StackDraftTests {
    private func draft(
        _ inventories: [RegionInventory] = Facts.whole, readings: [String: PathReading] = [:]
    ) throws -> StackDraft {
        StackDraft(try #require(StackCandidates.group(inventories).first), readings: readings)
    }

    private func inventory(_ stack: StackFact?, _ cluster: ClusterFact? = nil) -> [RegionInventory] {
        [
            RegionInventory(
                region: "us-east-1", stacks: .success(stack.map { [$0] } ?? []),
                clusters: .success(cluster.map { [$0] } ?? []))
        ]
    }

    @Test func aStackThatSaysItAllLeavesNothingOpen() throws {
        let draft = try draft()
        #expect(draft.questions.isEmpty)
        #expect(draft.warnings.isEmpty)
        #expect(draft.stack.value == "tasks")
        #expect(draft.environment == .found("dev", from: "CloudFormation parameter Environment of stack tasks-dev"))
        #expect(
            draft.regions[1].cluster
                == .found(Facts.west.rawValue, from: "CloudFormation output ClusterIdentifier of stack tasks-dev"))
        #expect(draft.regions[0].names[.deadLetterQueue]?.value == "task-events-dev-undelivered")
    }

    // MARK: paths

    struct PathRow: Sendable, CustomTestStringConvertible {
        var name: String
        var reading: PathReading
        var bus: String
        var function: String
        var deadLetterQueue: String
        var questions: [DraftQuestion.About]
        var testDescription: String { name }
    }

    private static func said(_ setting: Setting?) -> String {
        switch setting {
        case .found(let value, _): value
        case .absent(let reason): "none: \(reason)"
        case .open(let reason, let candidates): "open: \(reason)\(candidates.map { " \($0.value)" }.joined())"
        case nil: "missing"
        }
    }

    static let pathRows = [
        PathRow(
            name: "one rule", reading: PathReading(paths: [Facts.path("b", "r", to: "f")]), bus: "b", function: "f",
            deadLetterQueue: "b-undelivered", questions: [.stack, .environment]),
        PathRow(
            name: "two rules on one bus: the bus is certain",
            reading: PathReading(paths: [Facts.path("b", "r1", to: "f"), Facts.path("b", "r2", to: "g")]), bus: "b",
            function: "open: more than one could be it f g", deadLetterQueue: "b-undelivered",
            questions: [.stack, .environment, .path(0)]),
        PathRow(
            name: "two buses",
            reading: PathReading(paths: [Facts.path("b", "r", to: "f"), Facts.path("c", "r", to: "f")]),
            bus: "open: more than one could be it b c", function: "f",
            deadLetterQueue: "open: more than one could be it b-undelivered c-undelivered",
            questions: [.stack, .environment, .path(0)]),
        PathRow(
            name: "none", reading: PathReading(), bus: "open: no rule hands events of task.management to a function",
            function: "open: no rule hands events of task.management to a function",
            deadLetterQueue: "none: not known without the rule; write it here if there is one",
            questions: [.stack, .environment, .name(0, .bus), .name(0, .rule), .name(0, .function)]),
        PathRow(
            name: "refused", reading: PathReading(unread: [Facts.refused("events:ListEventBuses")]),
            bus: "open: access to events:ListEventBuses was refused",
            function: "open: access to events:ListEventBuses was refused",
            deadLetterQueue: "none: not known without the rule; write it here if there is one",
            questions: [.stack, .environment, .name(0, .bus), .name(0, .rule), .name(0, .function)]),
        PathRow(
            name: "a rule that says nothing of tasks is offered, never taken",
            reading: PathReading(paths: [Facts.path("b", "r", to: "f")], takesTasks: false),
            bus: "open: no rule names the source task.management b",
            function: "open: no rule names the source task.management f",
            deadLetterQueue: "open: no rule names the source task.management b-undelivered",
            questions: [.stack, .environment, .path(0)]),
    ]

    /// Of a cluster with a Name tag and nothing else.
    @Test(arguments: pathRows)
    func whatTheRulesLeaveOpen(row: PathRow) throws {
        let draft = try draft(inventory(nil, Facts.cluster(Facts.east, tag: nil)), readings: ["us-east-1": row.reading])
        let names = draft.regions[0].names
        #expect(Self.said(names[.bus]) == row.bus)
        #expect(Self.said(names[.function]) == row.function)
        #expect(Self.said(names[.deadLetterQueue]) == row.deadLetterQueue)
        #expect(draft.questions.map(\.about) == row.questions)
    }

    @Test func whatAStackLeavesUnsaidIsTakenFromTheRule() throws {
        let stack = Facts.stack(cluster: Facts.east, without: [.function, .failureQueue])
        let draft = try draft(
            inventory(stack), readings: ["us-east-1": PathReading(paths: [Facts.path("other", "other", to: "f")])])
        #expect(draft.regions[0].names[.bus]?.value == "task-events-dev")
        #expect(draft.regions[0].names[.function] == .found("f", from: "target 1 of rule other"))
        #expect(draft.regions[0].names[.failureQueue] == .absent("f has no on-failure destination"))
        #expect(StackDraft.known(StackCandidate.Part(region: "us-east-1", stack: stack)).keys.count == 3)
    }

    // MARK: clusters, names, environments

    @Test func aClusterThatIsGoneIsNotWrittenDown() throws {
        let gone = try draft(inventory(Facts.stack(cluster: Facts.east), Facts.cluster(Facts.other, tag: nil)))
        #expect(Self.said(gone.regions[0].cluster).contains("\(Facts.east), which does not exist"))
        #expect(gone.questions.map(\.about) == [.cluster(0)])
    }

    @Test func withoutARightToListThePeerStillNamesTheCluster() throws {
        let draft = try draft([
            RegionInventory(
                region: "us-east-1", clusters: .success([Facts.cluster(Facts.east, peers: [("us-west-2", Facts.west)])])),
            RegionInventory(region: "us-west-2", clusters: .failure(Facts.refused("dsql:ListClusters", in: "us-west-2"))),
        ])
        #expect(draft.regions[1].cluster == .found(Facts.west.rawValue, from: "peer of cluster \(Facts.east) in us-east-1"))
        #expect(draft.warnings.isEmpty)
    }

    @Test(arguments: [
        ([("us-west-2", Facts.west)], [], "names \(Facts.west) in us-west-2 as its peer, which does not name it back"),
        ([], [("us-east-1", Facts.east)], "names \(Facts.east) in us-east-1 as its peer, which does not name it back"),
        ([], [], "the clusters in us-east-1 and us-west-2 are not each other's peers"),
    ])
    func peersThatDoNotAgreeAreNoticed(east: [(String, ClusterID)], west: [(String, ClusterID)], words: String) throws {
        var inventories = Facts.whole
        inventories[0].clusters = .success([Facts.cluster(Facts.east, peers: east)])
        inventories[1].clusters = .success([Facts.cluster(Facts.west, peers: west)])
        let draft = try draft(inventories)
        #expect(draft.warnings.count == 1)
        #expect(draft.warnings.first?.contains(words) == true, "\(draft.warnings)")
        #expect(draft.questions.isEmpty)
    }

    @Test func tagsThatContradictEachOtherAreAsked() throws {
        var inventories = Facts.whole
        inventories[1].clusters = .success([Facts.cluster(Facts.west, tag: "chores", peers: [("us-east-1", Facts.east)])])
        let draft = try draft(inventories)
        #expect(Self.said(draft.stack) == "open: its parts carry different tags taskops:stack tasks chores")
    }

    @Test func withoutATagOtherNamesAreOffered() throws {
        let draft = try draft(inventory(nil, Facts.cluster(Facts.east, tag: nil)))
        #expect(Self.said(draft.stack) == "open: nothing carries the tag taskops:stack task-mgmt-dev")
        let unusable = try self.draft(inventory(nil, Facts.cluster(Facts.east, tag: nil, name: "our tasks")))
        #expect(Self.said(unusable.stack) == "open: nothing carries the tag taskops:stack")
    }

    @Test func theEnvironmentIsTheEndOfTheTemplatesNames() throws {
        func environment(_ bus: String, _ function: String) throws -> Setting {
            try draft(
                inventory(nil, Facts.cluster(Facts.east)),
                readings: ["us-east-1": PathReading(paths: [Facts.path(bus, "r", to: function)])]
            ).environment
        }
        #expect(try environment("task-events-qa", "task-processor-qa").value == "qa")
        #expect(try environment("task-events-qa", "task-processor-dev").isOpen)
        #expect(try environment("task-events-", "task-processor-").isOpen)
        #expect(try environment("events", "f").isOpen)
    }

    // MARK: answers

    @Test func anAnswerSettlesAllThatHangsOnIt() throws {
        let two = PathReading(paths: [
            Facts.path("task-events-dev", "r1", to: "task-processor-dev"),
            Facts.path("task-events-qa", "r2", to: "task-processor-qa"),
        ])
        var draft = try draft(inventory(nil, Facts.cluster(Facts.east)), readings: ["us-east-1": two])
        let question = try #require(draft.questions.last)
        #expect(
            question.choices.map(\.text) == [
                "r1 on task-events-dev, to task-processor-dev", "r2 on task-events-qa, to task-processor-qa",
            ])
        draft.settle(question, with: .choice(1))
        #expect(draft.questions.isEmpty)
        #expect(draft.regions[0].names[.bus]?.value == "task-events-qa")
        #expect(draft.regions[0].names[.failureQueue] == .absent("task-processor-qa has no on-failure destination"))
        #expect(draft.environment.value == "qa")
    }

    @Test func theSecondRegionSuggestsWhatTheFirstOneGot() throws {
        let two = PathReading(paths: [Facts.path("a", "r", to: "f"), Facts.path("b", "r", to: "f")])
        var inventories = Facts.whole
        for index in inventories.indices { inventories[index].stacks = .success([]) }
        var draft = try draft(inventories, readings: ["us-east-1": two, "us-west-2": two])
        let first = try #require(draft.questions.first { $0.about == .path(0) })
        #expect(first.suggestion == nil)
        draft.settle(first, with: .choice(1))
        #expect(draft.questions.first { $0.about == .path(1) }?.suggestion == "2")
    }

    @Test func aTypedAnswerSaysThatItWasTyped() throws {
        var draft = try draft(inventory(nil, Facts.cluster(Facts.east)))
        let question = try #require(draft.questions.first { $0.about == .name(0, .bus) })
        draft.settle(question, with: .text("b"))
        #expect(draft.regions[0].names[.bus] == .found("b", from: "typed in answer to taskops init"))
    }
}
