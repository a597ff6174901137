package import AWS
import Basics
import FoundationEssentials
import TaskSystem

extension Notifier {
    /// Puts notifications on a bus of EventBridge.
    ///
    /// PutEvents answers 200 also where it refused the entry, so the count and the entry are looked at.
    /// Source: botocore `events/2015-10-07`, shapes `PutEventsResponse` and `PutEventsResultEntry`.
    package static func bus(_ name: String, in region: String, client: AWSClient) -> Publish {
        { notification, traceID, deadline in
            let detail = String(decoding: try JSONEncoder().encode(notification), as: UTF8.self)
            let entry = EventBridge.Entry(
                source: TaskNotification.source, detailType: TaskNotification.detailType, detail: detail, eventBusName: name,
                traceHeader: traceID)
            let output: EventBridge.PutEventsOutput
            do {
                output = try await client.eventBridge(region).putEvents(.init(entries: [entry]), deadline: deadline)
            } catch let error as AWSError {
                throw NotificationRefused(code: error.code ?? error.problem.kind.rawValue, sentence: error.problem.description)
            }
            guard output.failedEntryCount == 0 else {
                let refused = output.entries.first { $0.errorCode != nil }
                throw NotificationRefused(
                    code: refused?.errorCode ?? "FailedEntryCount",
                    sentence: "the bus \(name) refused the notification: \(refused?.errorMessage ?? "without a reason")")
            }
        }
    }
}
