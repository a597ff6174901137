import FoundationEssentials

/// What is known of one transfer, as a state machine without I/O: curl's thread tells it what arrived, the waiting task
/// asks it what to do next.
struct TransferState {
    struct Head {
        var status: Int
        var headers: HTTPHeaders
    }

    /// What the receiving side should do with bytes that arrived.
    enum Intake: Equatable {
        case taken
        /// The reader is behind: stop reading from the connection until told to go on.
        case pause
        case refused
    }

    /// Bytes that may wait for the reader. Whole answers are collected up to this and refused beyond; streams pause.
    let capacity: Int
    let pauses: Bool

    private(set) var head: Head?
    private(set) var waiting = Data()
    private(set) var end: Result<Void, TransportError>?
    private(set) var isPaused = false
    private(set) var isCancelled = false
    /// Grows with everything that arrives, so that who watches can tell a silent connection from a busy one.
    private(set) var arrivals = 0

    init(capacity: Int, pauses: Bool) {
        self.capacity = capacity
        self.pauses = pauses
    }

    mutating func receive(_ newHead: Head) {
        head = newHead
        arrivals += 1
    }

    mutating func receive(_ bytes: UnsafeRawBufferPointer) -> Intake {
        guard end == nil else { return .refused }
        // curl hands over at most 16 kB at a time, so one piece beyond an empty buffer is always taken.
        guard waiting.count + bytes.count <= capacity || (pauses && waiting.isEmpty) else {
            isPaused = pauses
            return pauses ? .pause : .refused
        }
        waiting.append(contentsOf: bytes)
        arrivals += 1
        return .taken
    }

    mutating func finish(_ result: Result<Void, TransportError>) {
        if end == nil { end = result }
    }

    mutating func cancel() {
        isCancelled = true
    }

    /// Takes what has arrived, and says whether the connection should be read again.
    mutating func take() -> (bytes: Data, resumes: Bool) {
        defer {
            waiting = Data()
            isPaused = false
        }
        return (waiting, isPaused)
    }
}
