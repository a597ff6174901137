/// Why an invocation failed, in the two words Lambda carries on: to its metrics and retries, and to the failure queue.
///
/// Throwing one is how an event is kept: an invocation that fails is retried by Lambda and ends in the on-failure destination;
/// one that returns, whatever it returns, is gone.
package struct InvocationFailure: Error, Sendable, Hashable {
    /// Appears as `errorType`, and in the header `Lambda-Runtime-Function-Error-Type`.
    package var errorType: String
    /// One sentence. It travels to queues and logs: no task contents, no secrets.
    package var message: String

    package init(errorType: String, message: String) {
        self.errorType = errorType
        self.message = message
    }

    /// The payload is not one this function knows; a retry will not help, but the failure queue keeps it for somebody to see.
    package static func invalidEvent(_ message: String) -> InvocationFailure {
        InvocationFailure(errorType: "InvalidEvent", message: message)
    }

    /// EventBridge promises no order, so an update may come before its task: Lambda's retries give the task time to arrive.
    package static func taskNotFound(_ id: String) -> InvocationFailure {
        InvocationFailure(errorType: "TaskNotFound", message: "no task has the id \(id); it may not have arrived yet")
    }
}
