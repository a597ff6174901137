import AWS
import Basics

/// Tries again what AWS asks to be tried again: it is throttled, or another request about the same thing is under way. The
/// client's own attempts are over by then; an apply that stops half-way costs more than one that takes longer.
struct BusyRetry: Sendable {
    /// Waits between attempts.
    var pauses: [Duration] = [.seconds(1), .seconds(3), .seconds(8)]

    func callAsFunction<Value>(_ body: () async throws(AWSError) -> Value) async throws(AWSError) -> Value {
        for pause in pauses {
            do { return try await body() } catch {
                guard Self.isBusy(error) else { throw error }
                try? await Task.sleep(for: pause)
            }
        }
        return try await body()
    }

    /// CloudWatch says `ConcurrentModificationException` (429) or `ConflictException`, for an alarm a ValidationError with
    /// "A separate request to update this alarm is in progress"; CloudWatch Logs `OperationAbortedException`.
    static func isBusy(_ error: AWSError) -> Bool {
        if error.problem.kind == .throttled { return true }
        let codes: Set = ["ConcurrentModificationException", "ConflictException", "OperationAbortedException"]
        return error.code.map(codes.contains) ?? false || error.message?.contains("separate request") ?? false
    }
}
