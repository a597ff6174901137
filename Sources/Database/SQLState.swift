/// The SQLSTATE values that decisions are made from. PostgreSQL's appendix A names them; what Aurora DSQL does with
/// each is in its user guide: "Concurrency control", "Troubleshooting" and "Cluster quotas".
enum SQLState {
    /// The whole transaction may be tried again. Aurora DSQL reports conflicts as 40001 and names the kind (OC000
    /// data, OC001 schema) in the text; some of its clients see those names in the code's place. 40P01 is
    /// PostgreSQL's deadlock, which likewise keeps nothing.
    static let conflicts: Set<String> = ["40001", "40P01", "OC000", "OC001"]

    /// The server itself says that it does not know whether the transaction holds.
    static let unknownOutcomes: Set<String> = ["40003", "08007"]

    /// Internal error. Aurora DSQL answers with it when a part of it is unavailable; for a COMMIT that leaves a doubt.
    static let internalError = "XX000"

    /// Aurora DSQL answers every refused token with FATAL 08006 "unable to accept connection, access denied" and says
    /// in the HINT why (expired signature, wrong action for the role, no permission).
    static let connectionFailure = "08006"

    /// Class 28 is "invalid authorization": what PostgreSQL and gates before it answer to a wrong password or role.
    static let invalidAuthorizationClass = "28"

    static let undefinedTable = "42P01"
    static let undefinedDatabase = "3D000"
    static let undefinedSchema = "3F000"
    static let insufficientPrivilege = "42501"
    /// Too many connections, and too many new ones in a second.
    static let throttles: Set<String> = ["53300", "53400"]
    /// Shut down by an administrator, crash of a neighbour, starting up.
    static let unavailable: Set<String> = ["57P01", "57P02", "57P03"]
    static let queryCanceled = "57014"
}
