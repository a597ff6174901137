import Testing

@testable import Discovery

@Suite struct PathSurveyTests {
    @Test(arguments: [
        (#"{"source": ["task.management"]}"#, true),
        (#"{"source": ["x", "task.management"], "detail-type": ["Task Created"]}"#, true),
        (#"{"source": ["task.management.notifications"]}"#, false),
        (#"{"source": [{"prefix": "task."}]}"#, false), (#"{"source": [{"anything-but": "task.management"}]}"#, false),
        (#"{"detail": {"source": ["task.management"]}}"#, false), (#"{"source": "task.management"}"#, false), ("", false),
    ])
    func rulesThatTakeTaskEvents(pattern: String, takes: Bool) {
        #expect(PathSurvey.takesTaskEvents(pattern) == takes)
    }

    @Test(arguments: [
        ("arn:aws:lambda:us-east-1:111122223333:function:f", "f"),
        ("arn:aws:lambda:us-east-1:111122223333:function:f:live", "f"),
        ("arn:aws:lambda:us-west-2:111122223333:function:f", nil),
        ("arn:aws:sqs:us-east-1:111122223333:q", nil), ("arn:aws:events:us-east-1:111122223333:event-bus/b", nil),
    ])
    func targetsThatAreFunctions(arn: String, name: String?) {
        #expect(PathSurvey.functionName(arn, in: "us-east-1") == name)
    }

    @Test(
        arguments: [
            ("arn:aws:sqs:us-east-1:111122223333:q", .found("q", from: "x")), (nil, .absent("none")),
            ("arn:aws:sns:us-east-1:111122223333:t", .absent("x is not a queue but arn:aws:sns:us-east-1:111122223333:t")),
        ] as [(String?, Setting)])
    func onlyQueuesAreQueues(arn: String?, setting: Setting) {
        #expect(PathSurvey.queue(arn, "x", none: "none") == setting)
    }
}
