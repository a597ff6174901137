extension Sequence where Element: Sendable, Self: Sendable {
    /// Maps every element concurrently, at most `limit` at a time, and returns the results in the order of the input.
    ///
    /// The transform cannot throw: one failure must be one row of the answer, never the end of its siblings.
    /// Cancelling the caller cancels what runs; elements not yet begun still get their call, which sees `Task.isCancelled`.
    package func boundedMap<Result: Sendable>(
        limit: Int = 16, _ transform: @Sendable @escaping (Element) async -> Result
    ) async -> [Result] {
        precondition(limit > 0, "boundedMap needs room for at least one task")
        return await withTaskGroup(of: (Int, Result).self) { group in
            var results: [Int: Result] = [:]
            for (index, element) in enumerated() {
                if index >= limit, let (finished, value) = await group.next() {
                    results[finished] = value
                }
                group.addTask { (index, await transform(element)) }
            }
            for await (finished, value) in group {
                results[finished] = value
            }
            return results.sorted { $0.key < $1.key }.map(\.value)
        }
    }
}
