import Basics
import Testing

/// Asks again and again until the answer is yes, and records an issue when it never is.
func expectSoon(
    _ what: Comment, within limit: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation,
    _ isTrue: () async throws -> Bool
) async throws {
    let deadline = Deadline.after(limit)
    while try await !isTrue() {
        guard !deadline.hasPassed else {
            Issue.record(what, sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(30))
    }
}
