import Testing

/// What goes through the stack: events, and what becomes of them when something breaks.
///
/// All end-to-end tests stand inside one of these suites: one local stack serves each, one test at a time, because every
/// one of them may break it. They wait more than they work, so the suites run beside each other. Files add their own
/// suites in extensions.
@Suite(.localStack, .serialized, .timeLimit(.minutes(5)))
struct EndToEnd {}

/// Canaries through a stack, alone, in series and many at once, and where their results go.
@Suite(.localStack(named: "canaries"), .serialized, .timeLimit(.minutes(5)))
struct CanaryEndToEnd {}

/// What the console says of a stack, and does to it.
@Suite(.localStack(named: "console"), .serialized, .timeLimit(.minutes(5)))
struct ConsoleEndToEnd {}

/// Alarms, dashboards and log groups: as files, and as they stand.
@Suite(.localStack(named: "monitoring"), .serialized, .timeLimit(.minutes(5)))
struct MonitoringEndToEnd {}

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
