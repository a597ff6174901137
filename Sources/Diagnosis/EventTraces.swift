import Basics
import Findings
import FoundationEssentials

/// What an event left behind in one Region, before anybody judged it.
struct EventTraces: Sendable, Hashable, Codable {
    /// The event asked about; nil where nobody asked about one, and then the newest traces of any are meant.
    var event: UUID?
    /// What the function said of it, or of the last one it took up.
    var invocation: Reading<InvocationTrace?>?
    /// EventBridge's letter about it, or the newest there is.
    var deadLetter: Reading<DeadLetter?>?
    /// Lambda's record of it, or the newest there is.
    var failure: Reading<FailureRecord?>?
    /// Whether its change can be read at home.
    var isProcessed: Reading<Bool>?
    /// What the peer sees of what is at home.
    var peerView: Reading<PeerView>?
    /// Whether the rule's pattern lets a canary's events through, as EventBridge judges it; each by its detail-type.
    var patternResults: Reading<[String: Bool]>?

    init(event: UUID?) {
        self.event = event
    }
}

/// What the function's log says of one event.
struct InvocationTrace: Sendable, Hashable, Codable {
    enum Ending: Sendable, Hashable, Codable {
        /// The function said that it is done.
        case done
        /// The function said why it failed.
        case failed(errorType: String, message: String)
        /// Lambda ended it for its time.
        case timedOut(String)
        /// Its process ended.
        case crashed(String)
        /// It was taken up, and nothing has been said since.
        case open
    }

    var ending: Ending
    /// When the last line was written; nil where CloudWatch did not say.
    var at: Date?
    /// Whether the lines name the event: a crash may come before the function can say which one it holds.
    var namesTheEvent: Bool

    init(_ ending: Ending, at: Date?, namesTheEvent: Bool) {
        self.ending = ending
        self.at = at
        self.namesTheEvent = namesTheEvent
    }
}

/// What EventBridge says of an event it could not deliver, in the attributes of the message.
///
/// Source: EventBridge user guide, "Using dead-letter queues to process undelivered events".
struct DeadLetter: Sendable, Hashable, Codable {
    var isOfTheEvent: Bool
    var errorCode: String?
    var errorMessage: String?
    var exhaustedRetryCondition: String?

    init(
        isOfTheEvent: Bool, errorCode: String?, errorMessage: String?, exhaustedRetryCondition: String? = nil
    ) {
        self.isOfTheEvent = isOfTheEvent
        self.errorCode = errorCode
        self.errorMessage = errorMessage
        self.exhaustedRetryCondition = exhaustedRetryCondition
    }
}

/// Lambda's record of an event it gave up.
///
/// Source: Lambda developer guide, "Capturing records of Lambda asynchronous invocations".
struct FailureRecord: Sendable, Hashable, Codable {
    var isOfTheEvent: Bool
    /// `RetriesExhausted`, `EventAgeExceeded`, `ZeroReservedConcurrency`.
    var condition: String?
    var errorType: String?
    var errorMessage: String?

    init(isOfTheEvent: Bool, condition: String?, errorType: String? = nil, errorMessage: String? = nil) {
        self.isOfTheEvent = isOfTheEvent
        self.condition = condition
        self.errorType = errorType
        self.errorMessage = errorMessage
    }
}

/// What was read at home and looked for at the peer.
enum PeerView: Sendable, Hashable, Codable {
    /// The peer sees it too.
    case same
    /// The peer does not see what stands at home, and has stood there before the peer was asked.
    case behind(String)
    /// There was nothing to compare.
    case nothing
}
