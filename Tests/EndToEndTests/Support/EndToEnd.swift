import Testing

/// All end-to-end tests stand inside this suite: one local stack serves them all, one test at a time, because each of
/// them may break it. Files add their own suites in extensions.
@Suite(.localStack, .serialized, .timeLimit(.minutes(2)))
struct EndToEnd {}

/// Brings a local stack up before the first test of a suite, and down after the last, whatever became of them.
struct LocalStackTrait: SuiteTrait, TestScoping {
    var name = LocalStack.name

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await LocalStack.$name.withValue(name) {
            try await LocalStack.withUp { stack in
                try await LocalStack.$shared.withValue(stack, operation: function)
            }
        }
    }
}

extension Trait where Self == LocalStackTrait {
    static var localStack: Self { LocalStackTrait() }
    /// One of the suite's own, beside the one for all.
    static func localStack(named name: String) -> Self { LocalStackTrait(name: name) }
}
