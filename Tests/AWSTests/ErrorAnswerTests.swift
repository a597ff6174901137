import Basics
import FoundationEssentials
import Testing

@testable import AWS

/// Which code an error answer has, where several places name one.
@Suite struct ErrorAnswerTests {
    @Test(
        "services that once spoke the query protocol are known by the codes of those days",
        arguments: [
            ("AWS.SimpleQueueService.NonExistentQueue;Sender", "AWS.SimpleQueueService.NonExistentQueue"),
            // Not in the header's form: the body's code stands.
            ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"), (";Sender", "QueueDoesNotExist"),
            ("a;b;c", "QueueDoesNotExist"),
        ])
    func queryCodes(header: String, code: String) {
        let body = #"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no such queue"}"#
        let answer = ErrorAnswer(
            HTTPResponse(status: 400, headers: ["x-amzn-query-error": header], body: Data(body.utf8)))
        #expect(answer.code == code)
        #expect(answer.message == "no such queue")
        #expect(AWSError.kind(code: answer.code, status: 400) == .notFound)
    }
}
