import AWS
import Basics
import FoundationEssentials
import Testing

@testable import Monitoring

@Suite struct DrillTests {
    private static let reason = "Drill 0a1b held with taskops by arn:aws:iam::1:user/ann. This is not an incident."
    private static let topic = "arn:aws:sns:us-east-1:111122223333:on-call"
    private static let other = "arn:aws:sns:us-east-1:111122223333:others"

    /// An item of the history as CloudWatch writes it.
    private static func item(_ kind: String, at second: Double, _ summary: String, _ data: String) throws
        -> CloudWatch.AlarmHistoryItem
    {
        let object: [String: JSONTree] = [
            "HistoryItemType": .string(kind), "Timestamp": .number(second), "HistorySummary": .string(summary),
            "HistoryData": .string(data), "AlarmName": "a",
        ]
        return try AWSJSON.decode(CloudWatch.AlarmHistoryItem.self, try AWSJSON.encode(object))
    }

    private static func change(to state: String, _ reason: String, at second: Double) throws -> CloudWatch.AlarmHistoryItem {
        try item(
            "StateUpdate", at: second, "Alarm updated from OK to \(state)",
            #"{"version":"1.0","oldState":{"stateValue":"OK","stateReason":"x"},"newState":{"stateValue":"\#(state)","stateReason":"\#(reason)"}}"#
        )
    }

    private static func action(
        _ arn: String, _ state: String = "Succeeded", at second: Double, error: String? = nil, sentFor: String? = nil
    ) throws -> CloudWatch.AlarmHistoryItem {
        var data = #"{"actionState":"\#(state)","notificationResource":"\#(arn)""#
        if let error { data += #","error":"\#(error)""# }
        if let sentFor { data += #","publishedMessage":"{\"NewStateValue\":\"\#(sentFor)\"}""# }
        let summary = state == "Failed" ? "Failed to execute action \(arn)" : "Successfully executed action \(arn)"
        return try item("Action", at: second, summary, data + "}")
    }

    private func findings(_ items: [CloudWatch.AlarmHistoryItem], _ actions: [String] = [topic]) -> DrillEvidence.Findings {
        DrillEvidence(reason: Self.reason, actions: actions).findings(items)
    }

    @Test func theChangeAndItsActionAreFoundByTheReason() throws {
        let items = [
            try Self.action(Self.topic, at: 101), try Self.change(to: "ALARM", Self.reason, at: 100),
            try Self.change(to: "ALARM", "somebody's", at: 50), try Self.action(Self.topic, "Failed", at: 51, error: "old"),
        ]
        let found = findings(items)
        #expect(found.isWhole && found.actions == [DrillAction(arn: Self.topic, result: .succeeded)])
        #expect(!findings(Array(items.dropFirst(2))).reachedAlarm)
        #expect(findings([items[1]]).actions == [DrillAction(arn: Self.topic)])
    }

    @Test func aFailureIsToldInCloudWatchsWords() throws {
        let items = [
            try Self.change(to: "ALARM", Self.reason, at: 100),
            try Self.action(Self.topic, "Failed", at: 101, error: "not authorized to perform: SNS:Publish"),
            try Self.action(Self.other, at: 101),
        ]
        let found = findings(items, [Self.other, Self.topic])
        #expect(found.isWhole)
        #expect(found.actions.map(\.result) == [.succeeded, .failed])
        #expect(found.actions[1].error == "not authorized to perform: SNS:Publish")
    }

    @Test func theActionOfTheStateAfterItIsNotTheDrills() throws {
        let back = try Self.change(to: "OK", "evaluated", at: 103)
        let items = [try Self.change(to: "ALARM", Self.reason, at: 100), back, try Self.action(Self.topic, at: 104)]
        #expect(findings(items).actions.map(\.result) == [.untold])
        // What was sent says it, whatever the times.
        let told = [items[0], back, try Self.action(Self.topic, at: 101, sentFor: "OK")]
        #expect(findings(told).actions.map(\.result) == [.untold])
        #expect(findings(told + [try Self.action(Self.topic, at: 104, sentFor: "ALARM")]).actions.map(\.result) == [.succeeded])
    }

    @Test func anActionWithoutDataIsReadFromItsSentence() throws {
        let bare = try Self.item("Action", at: 101, "Failed to execute action \(Self.topic)", "")
        let found = findings([try Self.change(to: "ALARM", Self.reason, at: 100), bare])
        #expect(found.actions.map(\.result) == [.failed])
        #expect(found.actions[0].error == "Failed to execute action \(Self.topic)")
    }

    @Test func whatEachRegionWasWorth() {
        func outcome(_ change: (inout RegionDrill) -> Void) -> DrillOutcome {
            var region = RegionDrill(region: "us-east-1")
            region.reachedAlarm = true
            region.actions = [DrillAction(arn: Self.topic, result: .succeeded)]
            change(&region)
            return RegionalDrill.outcome(of: region)
        }
        #expect(outcome { _ in } == .rang)
        #expect(outcome { $0.actions[0].result = .failed } == .silent)
        #expect(outcome { $0.actions[0].result = .untold } == .unknown)
        #expect(outcome { $0.reachedAlarm = false } == .unknown)
        #expect(
            outcome {
                $0.actions = []
                $0.silence = .noActions
            } == .silent)
        #expect(
            outcome {
                $0.actions = []
                $0.silence = .actionsDisabled
            } == .silent)
        // One that rang, and may still ring: somebody has to look.
        #expect(outcome { $0.problem = Problem(.failed, "may still be in ALARM") } == .unknown)
    }

    @Test func theWorstOfTheRegionsCounts() {
        #expect(DrillOutcome.worst(of: [.rang, .rang]) == .rang)
        #expect(DrillOutcome.worst(of: [.rang, .unknown]) == .unknown)
        #expect(DrillOutcome.worst(of: [.unknown, .silent]) == .silent)
        #expect(DrillOutcome.worst(of: []) == .unknown)
    }

    @Test func oneThatRingsAlreadyCannotBeDrilled() {
        #expect(DrillAlarm(region: "r", name: "a", state: "ALARM", stateReason: "why").obstacle?.kind == .conflict)
        #expect(DrillAlarm(region: "r", name: "a", state: "INSUFFICIENT_DATA").obstacle == nil)
    }

    @Test func aReasonIsNeverLongerThanCloudWatchTakes() {
        let long = DrillReason.clipped(String(repeating: "é", count: 5000))
        #expect(long.unicodeScalars.count == 1023 && long.last == "…")
        #expect(DrillReason.clipped("short") == "short")
    }

    @Test func aRegionWithoutTheAlarmIsLeftOutWhereAnotherHasIt() {
        let alarm = Result<DrillAlarm, Problem>.success(DrillAlarm(region: "a", name: "x", state: "OK"))
        let missing = Result<DrillAlarm, Problem>.failure(Problem(.notFound, "none"))
        let denied = Result<DrillAlarm, Problem>.failure(Problem(.denied, "no"))
        #expect(AlarmDrill.drillable([("a", alarm), ("b", missing)]).map(\.region) == ["a"])
        #expect(AlarmDrill.drillable([("a", alarm), ("b", denied)]).map(\.region) == ["a", "b"])
        #expect(AlarmDrill.drillable([("a", missing), ("b", missing)]).count == 2)
    }
}
