import Basics
import FoundationEssentials
import Subprocess
import SystemPackage

/// Runs `python -m local_stack WORD` and passes on what it says, event by event.
package struct SandboxProgram: Sendable {
    package enum Word: Sendable, Hashable {
        case up, down, status
        /// Makes faults in Regions of the stack; without any, in all of them.
        case `break`([String], regions: [String])
        /// Mends faults; without any, all that were made.
        case mend([String], regions: [String])
        /// Lists the faults that can be made.
        case faults

        fileprivate var words: [String] {
            switch self {
            case .up: ["up"]
            case .down: ["down"]
            case .status: ["status"]
            case .break(let faults, let regions): ["break"] + faults + regions.flatMap { ["--region", $0] }
            case .mend(let faults, let regions): ["mend"] + faults + regions.flatMap { ["--region", $0] }
            case .faults: ["faults"]
            }
        }
    }

    private let location: SandboxLocation

    package init(_ location: SandboxLocation) {
        self.location = location
    }

    /// - Parameter report: called for every event, in order, while the program runs.
    /// - Throws: ``Problem`` when the program cannot be started or says that something failed.
    package func run(_ word: Word, report: (SandboxEvent) -> Void) async throws {
        try checkPrerequisites(for: word)
        var failure: SandboxEvent?
        var stopped: SandboxEvent?
        let result: ExecutionResult<Void, SequenceOutput, StringOutput<UTF8>>
        do {
            result = try await Subprocess.run(
                .path(FilePath(location.python)), arguments: Arguments(arguments(for: word)),
                environment: .inherit.updating(["PYTHONPATH": location.root + "/sandbox", "PYTHONDONTWRITEBYTECODE": "1"]),
                input: .none, output: .sequence, error: .string(limit: 1 << 20)
            ) { execution in
                for try await line in execution.standardOutput.strings() {
                    guard let event = try? JSONDecoder().decode(SandboxEvent.self, from: Data(line.utf8)) else { continue }
                    if event.state == .failed { failure = failure ?? event }
                    if event.state == .stopped { stopped = event }
                    report(event)
                }
            }
        } catch let error as SubprocessError {
            throw Problem(.failed, "the local stack's program could not be run", cause: "\(error)", hint: "run: make setup")
        }
        if let failure {
            if case .break = word { throw Self.refusal(failure) }
            if case .mend = word { throw Self.refusal(failure) }
            throw Problem(
                .failed, "the local stack: \(failure.step) failed", cause: failure.summary ?? failure.detail,
                hint: failure.hint ?? "its logs are in \(location.state)/logs")
        }
        if word == .status, let stopped {
            throw Problem(.notFound, "no local stack is up", hint: stopped.hint.map { "start it with: \($0)" })
        }
        guard result.terminationStatus.isSuccess else {
            let lastWords = result.standardError.split(whereSeparator: \.isNewline).last.map(String.init)
            throw Problem(
                .failed, "the local stack's `\(word.words[0])` ended with \(result.terminationStatus)", cause: lastWords,
                hint: "its logs are in \(location.state)/logs; taskops sandbox down clears everything away")
        }
    }

    /// A fault cannot be made or mended: that is said as it is, and is no failure of the stack.
    private static func refusal(_ event: SandboxEvent) -> Problem {
        Problem(event.step == "usage" ? .usage : .failed, event.summary ?? "\(event.step) failed", hint: event.hint)
    }

    private func arguments(for word: Word) -> [String] {
        var arguments = ["-m", "local_stack"] + word.words + ["--directory", location.state]
        if word == .up { arguments += ["--function-zip", location.functionZip] }
        return arguments
    }

    private func checkPrerequisites(for word: Word) throws {
        guard FileManager.default.fileExists(atPath: location.python) else {
            throw Problem(.notFound, "the local stack's Python environment is not set up", hint: "run: make setup")
        }
        guard word != .up || FileManager.default.fileExists(atPath: location.functionZip) else {
            throw Problem(.notFound, "the task processor's zip is not built", hint: "run: make function")
        }
    }
}
