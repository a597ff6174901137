package import Basics
package import FoundationEssentials
package import TaskSystem

/// Tells the bus what was committed. The change is made whatever becomes of the news about it, so nothing here throws.
package struct Notifier: Sendable {
    /// Puts one notification on the bus; throws where it was not accepted.
    package typealias Publish = @Sendable (_ notification: TaskNotification, _ traceID: String?, Deadline) async throws -> Void

    /// Longer than PutEvents ever takes when it is well, short enough not to hold the invocation up when it is not.
    package static let patience: Duration = .seconds(3)

    private let publish: Publish
    private let now: @Sendable () -> Date

    package init(now: @escaping @Sendable () -> Date, publish: @escaping Publish) {
        self.now = now
        self.publish = publish
    }

    func announce(
        _ detailType: TaskEvent.DetailType, taskID: UUID, changed: [TaskField], traceID: String?, deadline: Deadline,
        log: FunctionLog
    ) async {
        // An update to the values that are already there is no news.
        guard !changed.isEmpty else { return }
        let notification = TaskNotification(
            eventType: detailType.eventType, taskID: taskID, changed: changed.map(\.rawValue),
            timestamp: now().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        do {
            try await publish(notification, traceID, deadline.clamped(to: .after(Self.patience)))
            log(.debug, "notification sent")
        } catch {
            let refusal = (error as? NotificationRefused) ?? NotificationRefused(error)
            log(.warn, "notification failed", ["code": .text(refusal.code), "error": .text(refusal.sentence)])
        }
    }
}

/// Why the bus did not take a notification.
package struct NotificationRefused: Error, Sendable {
    /// EventBridge's own word for it, where it said one.
    package var code: String
    package var sentence: String

    package init(code: String, sentence: String) {
        self.code = code
        self.sentence = sentence
    }

    fileprivate init(_ error: any Error) {
        let problem = error as? Problem
        self.init(
            code: problem?.kind.rawValue ?? "unknown", sentence: problem?.description ?? String(describing: type(of: error)))
    }
}
