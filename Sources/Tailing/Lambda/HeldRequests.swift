/// Lines that wait for the end of their invocation, so that they are shown together.
struct HeldRequests {
    private struct Held {
        var lines: [SievedLine] = []
        var bytes = 0
        var touched: Int64
        /// Which of all that wait this is: they are let go in the order in which they began.
        var number: Int
    }

    /// How long nothing may be heard of an invocation that is waited for.
    static let patience: Int64 = 60_000
    /// All lines that wait, in bytes.
    static let mostBytes = 16 << 20

    private var held: [String: Held] = [:]
    private var bytes = 0
    private var begun = 0

    /// - Returns: invocations that are to be shown now, each with its lines.
    mutating func add(_ line: SievedLine, to id: String, ends: Bool, now: Int64) -> [[SievedLine]] {
        begun += 1
        var request = held[id] ?? Held(touched: now, number: begun)
        let size = line.line.message.utf8.count + 200
        request.lines.append(line)
        request.bytes += size
        request.touched = now
        bytes += size
        held[id] = request
        var done: [[SievedLine]] = ends ? end(id) : []
        while bytes > Self.mostBytes, let oldest = held.min(by: { $0.value.number < $1.value.number }) {
            done += end(oldest.key)
        }
        return done
    }

    mutating func end(_ id: String) -> [[SievedLine]] {
        guard let request = held.removeValue(forKey: id) else { return [] }
        bytes -= request.bytes
        // Lines that were late are where they belong again: nothing of this invocation was shown before.
        return [request.lines.sorted(by: Self.isEarlier)]
    }

    mutating func expire(now: Int64) -> [[SievedLine]] {
        let over = held.filter { $0.value.touched + Self.patience <= now }.sorted { $0.value.number < $1.value.number }
        return over.flatMap { end($0.key) }
    }

    mutating func endAll() -> [[SievedLine]] {
        held.sorted { $0.value.number < $1.value.number }.flatMap { end($0.key) }
    }

    private static func isEarlier(_ left: SievedLine, _ right: SievedLine) -> Bool {
        // Sorting keeps the order of equals: Swift's is stable.
        left.line.timestamp < right.line.timestamp
    }
}
