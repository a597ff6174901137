import AWS
package import Basics
package import FoundationEssentials

/// The loop of a custom runtime: take an invocation, have it handled, say how it ended, wait for the next.
package struct Bootstrap: Sendable {
    package typealias Handler = @Sendable (RuntimeInvocation, Deadline) async throws(InvocationFailure) -> Data

    private let runtime: RuntimeClient
    private let log: FunctionLog
    private let now: @Sendable () -> Date

    package init(runtime: RuntimeClient, log: FunctionLog, now: @escaping @Sendable () -> Date) {
        self.runtime = runtime
        self.log = log
        self.now = now
    }

    /// Runs until the Runtime API cannot go on, which it reports by throwing, or the task is cancelled.
    package func run(_ handle: Handler) async throws {
        while !Task.isCancelled {
            let invocation = try await runtime.next()
            do {
                try await finish(invocation, handle)
            } catch let refusal as RuntimeRefusal {
                // The invocation is over for Lambda, usually because its time was up; the next one deserves its chance.
                log(.warn, "answer refused", ["requestId": .text(invocation.requestID), "status": .integer(refusal.status)])
            }
        }
    }

    private func finish(_ invocation: RuntimeInvocation, _ handle: Handler) async throws {
        let answer: Data
        do throws(InvocationFailure) {
            answer = try await handle(invocation, deadline(of: invocation))
        } catch {
            return try await runtime.fail(invocation, error)
        }
        do {
            try await runtime.respond(to: invocation, with: answer)
        } catch let refusal as RuntimeRefusal where refusal.status == 413 {
            // Source: Lambda developer guide, quotas: an answer holds at most 6 MB.
            let failure = InvocationFailure(
                errorType: "ResponseTooLarge", message: "the answer has \(answer.count) bytes, more than Lambda carries")
            try await runtime.fail(invocation, failure)
        }
    }

    /// Everything an invocation does must end a little before Lambda's own deadline: a time-out from Lambda says nothing
    /// about its cause and throws the environment with its warm connection away, while a failure told in time says where it hung.
    private func deadline(of invocation: RuntimeInvocation) -> Deadline {
        guard let end = invocation.deadlineMilliseconds else { return .after(.seconds(3)) }
        let left = Double(end) - now().timeIntervalSince1970 * 1000
        let margin = min(1000, left / 10)
        return .after(.milliseconds(max(0, Int64(left - margin))))
    }
}
