import AWS
import Terminal
import TestSupport
import Testing
import Views

/// What `-v` and `-vv` show.
@Suite struct CallViewTests {
    private static let id = "6f0c1c55-0d4e-4c0e-9a6c-0d6a4d0d9c11"

    /// Throttled, after a wait for its turn, and with a header field that is longer than a terminal is wide.
    private static let throttled: CallEvent = {
        var event = CallEvent(
            service: "EventBridge", operation: "DescribeEventBus", region: "us-east-1", attempt: 2,
            duration: .milliseconds(12), status: 400, failure: "ThrottlingException", requestID: id,
            retriesAfter: .milliseconds(80))
        event.paced = .milliseconds(140)
        event.sent = CallEvent.Sent(
            method: "POST", url: "https://events.us-east-1.amazonaws.com/",
            headers: [
                .init(name: "X-Amz-Target", value: "AWSEvents.DescribeEventBus"),
                .init(
                    name: "User-Agent",
                    value: "taskops/0.1.0 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/swift#6.3 m/E cfg/retry-mode#standard"),
                .init(name: "Authorization", value: "****"),
            ])
        event.received = [.init(name: "x-amzn-RequestId", value: id), .init(name: "Content-Type", value: "application/json")]
        return event
    }()

    private static let unanswered: CallEvent = {
        var event = CallEvent(
            service: "STS", operation: "GetCallerIdentity", region: "us-west-2", attempt: 1, duration: .seconds(5),
            failure: "timedOut")
        event.sent = CallEvent.Sent(
            method: "GET", url: "https://sts.us-west-2.amazonaws.com/?Action=GetCallerIdentity", headers: [])
        return event
    }()

    @Test(arguments: [("pipe", nil, false), ("80", 80, false), ("80-colored", 80, true), ("narrow", 40, false)])
    func screens(name: String, width: Int?, colored: Bool) throws {
        let profile = TerminalProfile(isTerminal: width != nil, hasColor: colored, hasUnicode: true, width: width)
        var lines: [StyledText] = []
        for detail in [CallView.Detail.call, .headers] {
            lines.append("-\(detail == .call ? "v" : "vv")")
            for event in [Self.throttled, Self.unanswered] { lines += CallView.lines(event, detail, on: profile) }
            for refusal in [nil, "08006"] {
                lines += CallView.lines(
                    action: "DbConnect", as: "taskops", at: "abc0def1baz2quux3quuux4abc.dsql.us-east-1.on.aws",
                    in: "us-east-1", took: .milliseconds(23), refusal: refusal, on: profile)
            }
        }
        try expectGolden(lines.map { Theme.render($0, on: profile) + "\n" }.joined(), "calls-\(name).txt")
        guard let width else { return }
        // Names and URLs stay whole, however narrow it is: they are there to be copied.
        for line in lines where line.plain.contains(" ") && line.width > width {
            #expect(line.plain.split(separator: " ").contains { displayWidth(of: String($0)) > width - 6 }, "\(line.plain)")
        }
    }
}
