import Testing

/// What goes through the stack: events, canaries, and what becomes of them when something breaks.
///
/// All end-to-end tests stand inside this suite or the other: one local stack serves each, one test at a time, because
/// every one of them may break it. They wait more than they work, so the two run beside each other. Files add their own
/// suites in extensions.
@Suite(.localStack, .serialized, .timeLimit(.minutes(2)))
struct EndToEnd {}

/// What the console says of a stack, and does to it.
@Suite(.localStack(named: "console"), .serialized, .timeLimit(.minutes(2)))
struct ConsoleEndToEnd {}

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
