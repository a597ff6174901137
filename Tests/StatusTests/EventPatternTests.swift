import Basics
import Testing

@testable import Status

@Suite struct EventPatternTests {
    @Test(arguments: [
        (HealthyStack.pattern, EventPattern.Answer.all),
        (#"{"source":["task.management"]}"#, .all),
        (#"{"source":["other",{"prefix":"task."}],"account":["111122223333"],"region":["us-east-1"]}"#, .all),
        (#"{"source":[{"suffix":".management"}],"detail-type":[{"wildcard":"Task *"}]}"#, .all),
        (#"{"source":[{"prefix":{"equals-ignore-case":"TASK."}}]}"#, .all),
        (#"{"source":[{"equals-ignore-case":"Task.Management"}],"detail":{"eventType":[{"exists":true}]}}"#, .all),
        (#"{"source":[{"anything-but":["task.management.notifications"]}]}"#, .all),
        (#"{"source":[{"anything-but":{"prefix":"aws."}}]}"#, .all),
        (#"{"$or":[{"source":["nobody"]},{"detail":{"eventType":["task.created","task.updated","task.completed"]}}]}"#, .all),
        (#"{"source":["task.management"],"detail-type":["Task Created"]}"#, .some(missing: ["Task Updated", "Task Completed"])),
        (#"{"detail":{"eventType":[{"anything-but":"task.completed"}]}}"#, .some(missing: ["Task Completed"])),
        (#"{"source":["task.management.notifications"]}"#, .none),
        (#"{"source":["task.management"],"region":["eu-west-1"]}"#, .none),
        (#"{"source":["task.management"],"account":["999999999999"]}"#, .none),
        (#"{"source":[{"anything-but":{"wildcard":"task.*"}}]}"#, .none),
        (#"{"source":[{"numeric":[">",0]}]}"#, .none),
        (#"{"source":[null]}"#, .none),
        (#"{"source":[{"exists":false}]}"#, .none),
        (
            #"{"source":["task.management"],"detail":{"taskData":{"priority":["high"]}}}"#,
            .narrowed(by: ["detail.taskData.priority"])
        ),
        (#"{"source":["task.management"],"resources":[{"exists":false}]}"#, .narrowed(by: ["resources"])),
        (#"{"source":["task.management"],"version":["0"],"id":[{"exists":true}]}"#, .all),
        (#"{"source":["task.management"],"id":[{"exists":false}]}"#, .none),
        (#"{"$or":[{"source":["task.management"]},{"detail":{"x":[1]}}]}"#, .all),
        (#"{"source":[{"sounds-like":"task"}]}"#, .unknown("the operator sounds-like of source is not known here")),
        (#"{"source":[{"prefix":["task."]}]}"#, .all),
        (#"{"source":[{"anything-but":true}]}"#, .unknown("anything-but of source is not known here")),
        (#"{"source":"task.management"}"#, .unknown("the value of source is no list")),
        ("no JSON", .unknown("it is not a JSON object")),
    ])
    func patternsAreJudgedAsEventBridgeWould(pattern: String, answer: EventPattern.Answer) {
        #expect(EventPattern.judge(pattern, account: "111122223333", region: "us-east-1") == answer)
    }

    @Test func withoutTheAccountItsTestIsAMaybe() {
        let pattern = #"{"source":["task.management"],"account":["999999999999"]}"#
        #expect(EventPattern.judge(pattern, account: nil, region: "us-east-1") == .narrowed(by: ["account"]))
    }

    @Test func orderMeansNothing() {
        let one = JSONTree(text: #"{"a":[1,"x"],"b":{"c":null,"d":true}}"#)
        let other = JSONTree(text: #"{"b":{"d":true,"c":null},"a":["x",1]}"#)
        #expect(one?.unordered == other?.unordered)
        #expect(one?.unordered != JSONTree(text: #"{"a":[1,"y"],"b":{"c":null,"d":true}}"#)?.unordered)
    }
}
