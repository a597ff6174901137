package import Basics
package import FoundationEssentials

/// The function: what every invocation is handed to.
package struct TaskProcessor: Sendable {
    private let events: EventHandler
    private let requests: RequestHandler
    private let log: FunctionLog

    package init(events: EventHandler, requests: RequestHandler, log: FunctionLog) {
        self.events = events
        self.requests = requests
        self.log = log
    }

    package func handle(_ invocation: RuntimeInvocation, deadline: Deadline) async throws(InvocationFailure) -> Data {
        let log = log.with(["requestId": .text(invocation.requestID)])
        let (id, content) = try read(invocation, log)
        switch content {
        case .event(let event):
            return try await events.handle(event, invocation: invocation, deadline: deadline, log: log)
        case .request(let request):
            return await requests.handle(request, invocation: invocation, id: id, deadline: deadline, log: log)
        }
    }

    private func read(_ invocation: RuntimeInvocation, _ log: FunctionLog) throws(InvocationFailure) -> (UUID, Invocation) {
        do throws(InvocationFailure) {
            // Lambda's request ids are UUIDs; they become keys in the database.
            guard let id = UUID(uuidString: invocation.requestID) else {
                throw .invalidEvent("the request id is not a UUID")
            }
            return (id, try Invocation(payload: invocation.payload, requestID: id))
        } catch {
            log(.error, "payload refused", ["errorType": .text(error.errorType), "error": .text(error.message)])
            throw error
        }
    }
}
