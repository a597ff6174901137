import AWS
import Basics
import Database

extension Problem {
    /// Why a source has no answer. A refusal names the IAM action that was refused.
    static func ofSource(_ error: any Error) -> Problem {
        switch error {
        case let problem as Problem: problem
        case let error as AWSError: ofCall(error)
        case let error as DatabaseError: error.problem
        case let error as ColumnError: error.problem
        case is CancellationError: Problem(.cancelled, "interrupted")
        default: Problem(.defect, "\(error)", hint: "please report this")
        }
    }

    private static func ofCall(_ error: AWSError) -> Problem {
        let problem = error.problem
        guard problem.kind == .denied, error.code != "OptInRequired", let action = error.iamAction else { return problem }
        return Problem(
            .denied, "the action \(action) is refused in \(error.region)", cause: error.message ?? error.code,
            hint: "taskops permissions status")
    }
}
