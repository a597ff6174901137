package import Basics
import Subprocess
import Synchronization
import SystemPackage

/// Runs a program that somebody's settings name, such as a `credential_process`.
package enum ProgramRunner {
    private static let largestOutput = 1 << 20

    /// Runs a program found along `PATH` to its end. It inherits variables and standard input, so that it may ask the
    /// person at the terminal; what it writes is collected.
    ///
    /// The deadline holds whatever the program does: a grandchild that keeps the pipe open is not waited for.
    package static func run(_ words: [String], deadline: Deadline) async throws(Problem) -> FinishedProgram {
        guard let name = words.first else { throw Problem(.usage, "no program is named") }
        let first = First()
        let work = Task { first.resume(await finish(name, Array(words.dropFirst()))) }
        let watch = Task {
            do { try await Task.sleep(until: deadline.instant, clock: .continuous) } catch { return }
            first.resume(.failure(Problem(.timedOut, "`\(name)` did not end in time", hint: "run it by hand")))
        }
        defer {
            work.cancel()
            watch.cancel()
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { first.wait($0) }
        } onCancel: {
            first.resume(.failure(Problem(.cancelled, "`\(name)` was stopped")))
        }
        return try outcome.get()
    }

    private static func finish(_ name: String, _ arguments: [String]) async -> Result<FinishedProgram, Problem> {
        let program = name.contains("/") ? Executable.path(FilePath(name)) : .name(name)
        do {
            let result = try await Subprocess.run(
                program, arguments: Arguments(arguments), input: .currentStandardInput,
                output: .string(limit: largestOutput), error: .string(limit: largestOutput))
            let code: Int32 =
                switch result.terminationStatus {
                case .exited(let code): code
                case .signaled(let signal): 128 + signal
                }
            return .success(
                FinishedProgram(exitCode: code, output: result.standardOutput, errors: result.standardError))
        } catch let error as SubprocessError where error.code == .executableNotFound {
            return .failure(Problem(.notFound, "there is no program `\(name)`", hint: "check its path"))
        } catch {
            // What went wrong may repeat arguments: only the program's name is said.
            return .failure(Problem(.failed, "`\(name)` could not be run", hint: "run it by hand"))
        }
    }

    /// Hands over whichever answer comes first, whether it comes before or after somebody waits for it.
    private final class First: Sendable {
        typealias Answer = Result<FinishedProgram, Problem>

        private struct State {
            var answer: Answer?
            var waiter: CheckedContinuation<Answer, Never>?
        }
        private let state = Mutex(State())

        func wait(_ continuation: CheckedContinuation<Answer, Never>) {
            let answer = state.withLock { state in
                if state.answer == nil { state.waiter = continuation }
                return state.answer
            }
            if let answer { continuation.resume(returning: answer) }
        }

        func resume(_ answer: Answer) {
            let waiter = state.withLock { state in
                guard state.answer == nil else { return nil as CheckedContinuation<Answer, Never>? }
                state.answer = answer
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: answer)
        }
    }
}
