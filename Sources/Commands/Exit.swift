import AWS
import ArgumentParser
import Basics
import Database
import Terminal
import Views

/// The one place where failures become a line on standard error and an exit code.
enum Exit {
    /// Runs a command's body. What it throws is reported; a reader that went away is no failure.
    ///
    /// - Parameter failure: the code of a failure that is not bad usage: 1, or 3 for commands whose codes 1 and 2 are verdicts.
    static func reporting(
        to console: Console, failure: Int32, _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch let code as ExitCode {
            throw code
        } catch {
            let problems = problems(of: error)
            for problem in problems { console.say(ProblemView.line(problem)) }
            throw ExitCode(problems.contains { $0.kind == .usage } ? 64 : failure)
        }
    }

    /// What `body` returns, or the problem it threw: for work whose failure is a row of a report.
    static func result<Success>(_ body: () async throws -> Success) async -> Result<Success, Problem> {
        do {
            return .success(try await body())
        } catch {
            return .failure(problems(of: error)[0])
        }
    }

    private static func problems(of error: any Error) -> [Problem] {
        switch error {
        case let problems as Problems: problems.all
        case let problem as Problem: [problem]
        case let error as AWSError: [error.problem]
        case let error as DatabaseError: [error.problem]
        case let error as ColumnError: [error.problem]
        case is CancellationError: [Problem(.cancelled, "interrupted")]
        default: [Problem(.defect, "\(error)", hint: "please report this")]
        }
    }
}
