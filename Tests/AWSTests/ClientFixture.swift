import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Synchronization
import TestSupport

/// What every client test needs: recognisable secrets, a fixed date, waits that are noted instead of made.
struct ClientFixture: Sendable {
    static let secretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    static let sessionToken = "SESSION/TOKEN+EXAMPLE=="

    /// Reference type, so that closures and the test see the same notes.
    final class Notes: Sendable {
        private let kept = Mutex((waits: [Duration](), events: [CallEvent](), slept: 0.0))

        var waits: [Duration] { kept.withLock(\.waits) }
        var events: [CallEvent] { kept.withLock(\.events) }

        /// The clock of the pacing: it moves with the waits that were noted instead of made.
        var uptime: Double { kept.withLock(\.slept) }

        func note(_ wait: Duration) {
            kept.withLock {
                $0.waits.append(wait)
                $0.slept += wait.seconds
            }
        }
        func note(_ event: CallEvent) { kept.withLock { $0.events.append(event) } }
    }

    let notes = Notes()
    let client: AWSClient
    let deadline = Deadline.after(.seconds(120))

    init(_ url: String, change: (inout AWSClient.Configuration) -> Void = { _ in }) {
        let credentials = AWSCredentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: Secret(Self.secretKey),
            sessionToken: Secret(Self.sessionToken))
        var configuration = AWSClient.Configuration(credentials: StaticCredentials(credentials), region: "us-east-1")
        configuration.endpoints = EndpointSettings(override: url)
        configuration.transport = HTTPTransport()
        configuration.now = { Date(timeIntervalSince1970: 1_767_323_045) }
        configuration.random = { 0.5 }
        let notes = notes
        configuration.sleep = { wait in notes.note(wait) }
        configuration.uptime = { notes.uptime }
        configuration.observer = { event in notes.note(event) }
        change(&configuration)
        client = AWSClient(configuration)
    }
}

/// Answers each request with the next of a list, and the last one ever after.
final class Script: Sendable {
    private let replies: [LoopbackServer.Reply]
    private let next = Mutex(0)

    init(_ replies: [LoopbackServer.Reply]) {
        self.replies = replies
    }

    var handler: LoopbackServer.Handler {
        { _ in
            self.next.withLock { next in
                defer { next += 1 }
                return self.replies[min(next, self.replies.count - 1)]
            }
        }
    }
}
