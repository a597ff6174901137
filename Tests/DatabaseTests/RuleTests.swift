import Basics
import FoundationEssentials
import Testing

@testable import Database

@Suite("Rules without a server")
struct RuleTests {
    struct OutcomeCase: Sendable, CustomTestStringConvertible {
        var statement: String
        var inTransaction = true
        var sent = true
        var cause: DatabaseError.Cause
        var severity: String? = nil
        var sqlState: String? = nil
        var expected: DatabaseError.Outcome
        var testDescription: String {
            "\(statement), \(inTransaction ? "in a transaction" : "alone"), \(sent ? "sent" : "not sent"), \(cause) \(sqlState ?? "")"
        }
    }

    static let outcomes: [OutcomeCase] = [
        // The answer to COMMIT is missing.
        .init(statement: "COMMIT", cause: .connectionLost, expected: .unknown),
        .init(statement: "END", cause: .connectionLost, expected: .unknown),
        .init(statement: "COMMIT", cause: .deadline(allowed: .seconds(1)), expected: .unknown),
        .init(statement: "COMMIT", cause: .cancelled, expected: .unknown),
        // COMMIT was never sent.
        .init(statement: "COMMIT", sent: false, cause: .connectionLost, expected: .notKept),
        .init(statement: "COMMIT", sent: false, cause: .cancelled, expected: .notKept),
        .init(statement: "COMMIT", sent: false, cause: .closed, expected: .notKept),
        // COMMIT was answered.
        .init(statement: "COMMIT", cause: .server, severity: "ERROR", sqlState: "40001", expected: .notKept),
        .init(statement: "COMMIT", cause: .server, severity: "ERROR", sqlState: "OC000", expected: .notKept),
        .init(statement: "COMMIT", cause: .server, severity: "ERROR", sqlState: "23505", expected: .notKept),
        .init(statement: "COMMIT", cause: .server, severity: "ERROR", sqlState: "XX000", expected: .unknown),
        .init(statement: "COMMIT", cause: .server, severity: "ERROR", sqlState: "40003", expected: .unknown),
        .init(statement: "COMMIT", cause: .server, severity: "ERROR", sqlState: "08007", expected: .unknown),
        .init(statement: "COMMIT", cause: .server, severity: "FATAL", sqlState: "57P01", expected: .unknown),
        .init(statement: "COMMIT", cause: .server, severity: "ERROR", expected: .unknown),
        // Before COMMIT nothing is ever kept.
        .init(statement: "INSERT", cause: .connectionLost, expected: .notKept),
        .init(statement: "UPDATE", cause: .server, severity: "ERROR", sqlState: "XX000", expected: .notKept),
        .init(statement: "ROLLBACK", cause: .connectionLost, expected: .notKept),
        // A write of its own commits itself; a read leaves nothing to doubt.
        .init(statement: "INSERT", inTransaction: false, cause: .connectionLost, expected: .unknown),
        .init(statement: "DELETE", inTransaction: false, cause: .deadline(allowed: .seconds(1)), expected: .unknown),
        .init(statement: "CREATE", inTransaction: false, cause: .connectionLost, expected: .unknown),
        .init(statement: "WITH", inTransaction: false, cause: .connectionLost, expected: .unknown),
        .init(
            statement: "DELETE", inTransaction: false, cause: .server, severity: "ERROR", sqlState: "40001",
            expected: .notKept),
        .init(statement: "SELECT", inTransaction: false, cause: .connectionLost, expected: .notKept),
        .init(statement: "BEGIN", inTransaction: false, cause: .connectionLost, expected: .notKept),
    ]

    @Test("what a failure leaves of the changes", arguments: outcomes)
    func outcome(_ row: OutcomeCase) {
        let outcome = TransactionRules.outcome(
            statement: StatementKind(word: row.statement), inTransaction: row.inTransaction, sent: row.sent,
            cause: row.cause, severity: row.severity, sqlState: row.sqlState)
        #expect(outcome == row.expected)
    }

    @Test("only conflicts are tried again, while tries and time are left")
    func retry() {
        let policy = ConflictRetry(maximumAttempts: 3, backoff: Backoff(base: .milliseconds(100), cap: .seconds(1)))
        func decide(_ conflict: Bool, _ failures: Int, remaining: Duration = .seconds(10)) -> TransactionRules.Retry {
            TransactionRules.retry(
                isConflict: conflict, failures: failures, policy: policy, remaining: remaining, fraction: 0.5)
        }
        #expect(decide(true, 1) == .after(.milliseconds(50)))
        #expect(decide(true, 2) == .after(.milliseconds(100)))
        #expect(decide(true, 3) == .giveUp)
        #expect(decide(false, 1) == .giveUp)
        #expect(decide(true, 1, remaining: .milliseconds(50)) == .giveUp)
    }

    private func error(
        _ phase: DatabaseError.Phase = .query, _ cause: DatabaseError.Cause = .server, state: String? = nil,
        outcome: DatabaseError.Outcome = .notKept
    ) -> DatabaseError {
        DatabaseError(phase: phase, cause: cause, outcome: outcome, sqlState: state, message: "", host: "h", user: "u")
    }

    @Test("kinds come from codes and phases")
    func kinds() {
        let table: [(DatabaseError, Problem.Kind)] = [
            (error(.resolve, .connectionLost), .unreachable),
            (error(.connect, .deadline(allowed: .seconds(1))), .timedOut),
            (error(.tls, .connectionLost), .unreachable),
            // Aurora DSQL's refused token, PostgreSQL's wrong password, and a session cut in mid-query.
            (error(.authenticate, state: "08006"), .credentials),
            (error(.authenticate, state: "28000"), .credentials),
            (error(.authenticate, state: "28P01"), .credentials),
            (error(.authenticate, .connectionLost), .unreachable),
            (error(.query, state: "08006"), .unreachable),
            (error(.authenticate, state: "53300"), .throttled),
            (error(.authenticate, state: "53400"), .throttled),
            (error(.authenticate, state: "57P03"), .unreachable),
            (error(state: "40001"), .conflict),
            (error(state: "OC001"), .conflict),
            (error(.commit, state: "XX000", outcome: .unknown), .unknownOutcome),
            (error(state: "42P01"), .notFound),
            (error(state: "42501"), .denied),
            (error(state: "23505"), .failed),
            (error(.query, .cancelled), .cancelled),
            (error(.query, .invalidStatement), .defect),
        ]
        for (error, kind) in table { #expect(error.kind == kind, "\(error.phase) \(error.sqlState ?? "")") }
        #expect(!error(.commit, state: "40001", outcome: .unknown).isConflict)
    }

    @Test("the server's refusal is read from libpq's verbose text")
    func connectFailures() {
        let dsql = ConnectFailure(
            stage: .authenticating,
            text: """
                connection to server at "abc.dsql.us-east-1.on.aws" (127.0.0.1), port 5432 failed: \
                FATAL:  08006: unable to accept connection, access denied
                DETAIL:  Session Id: abc
                HINT:  Signature expired: 20260102T030405Z is now earlier than 20260102T040405Z
                LOCATION:  gate, proxy.c:1

                """)
        #expect(dsql.phase == .authenticate)
        #expect(dsql.cause == .server)
        #expect(dsql.sqlState == "08006")
        #expect(dsql.severity == "FATAL")
        #expect(dsql.message == "unable to accept connection, access denied")
        #expect(dsql.detail == "Session Id: abc")
        #expect(dsql.hint?.hasPrefix("Signature expired") == true)

        let refused = ConnectFailure(
            stage: .dialling,
            text: """
                connection to server at "h" (127.0.0.1), port 1 failed: Connection refused
                \tIs the server running on that host and accepting TCP/IP connections?

                """)
        #expect(refused.phase == .connect)
        #expect(refused.cause == .connectionLost)
        #expect(refused.sqlState == nil)
        #expect(refused.message == "Connection refused")

        let tls = ConnectFailure(
            stage: .tls,
            text: "connection to server at \"h\" (127.0.0.1), port 1 failed: SSL error: certificate verify failed\n")
        #expect(tls.phase == .tls)
        #expect(tls.message == "SSL error: certificate verify failed")
    }

    @Test(
        "the first word of a statement",
        arguments: [
            ("select 1", "SELECT"), ("  \n-- why\n/* a /* nested */ comment */ insert into t", "INSERT"),
            ("(SELECT 1)", "SELECT"),
            ("COMMIT", "COMMIT"), ("end;", "END"), ("", ""), ("-- only", ""), ("WITH x AS (SELECT 1) DELETE FROM t", "WITH"),
        ])
    func statementKind(_ sql: String, _ word: String) {
        #expect(StatementKind(of: sql).word == word)
    }

    @Test("a COMMIT answered with ROLLBACK kept nothing")
    func commitTag() {
        #expect(TransactionRules.commitWasKept(commandTag: "COMMIT"))
        #expect(!TransactionRules.commitWasKept(commandTag: "ROLLBACK"))
    }

    @Test("authorities: the configured file, else the first bundle there is, else an error with the package to install")
    func authorities() throws {
        #expect(try CertificateAuthorities.file(configured: "/ca.pem", isReadable: { _ in true }) == "/ca.pem")
        #expect(try CertificateAuthorities.file(configured: nil, bundles: ["/a", "/b"], isReadable: { $0 == "/b" }) == "/b")
        #expect(throws: Problem.self) { try CertificateAuthorities.file(configured: "/ca.pem", isReadable: { _ in false }) }
        let none = #expect(throws: Problem.self) {
            try CertificateAuthorities.file(configured: nil, isReadable: { _ in false })
        }
        #expect(none?.hint?.contains("ca-certificates") == true)
    }
}

@Suite("SQL, timestamps and redaction")
struct SQLTests {
    @Test("fragments keep their values and are numbered anew")
    func fragments() {
        let filter: SQL = "status = \("open") AND priority > \(3)"
        let sql: SQL = "SELECT \(identifier: "odd\"name") FROM tasks WHERE id = \(7) AND \(filter) LIMIT \(Int?.none)"
        #expect(sql.text == "SELECT \"odd\"\"name\" FROM tasks WHERE id = $1 AND status = $2 AND priority > $3 LIMIT $4")
        #expect(sql.bindings.map(\.exposed) == ["7", "open", "3", nil])
    }

    @Test("no description or dump shows a value")
    func noValues() {
        let sql: SQL = "SELECT \("hunter2-secret")"
        #expect(!"\(sql) \(String(reflecting: sql)) \(dumped(sql))".contains("hunter2"))
        #expect("\(sql)" == "SELECT $1")
    }

    @Test(
        "timestamps as PostgreSQL writes them",
        arguments: [
            ("2026-11-21 02:32:28.123456+00", 1_795_228_348.123456), ("2026-11-21 02:32:28+00", 1_795_228_348),
            ("2026-11-21 08:02:28+05:30", 1_795_228_348), ("2026-11-20 18:32:28.5-08", 1_795_228_348.5),
            ("1970-01-01 00:00:00+00", 0), ("1969-12-31 23:59:59+00", -1), ("2000-02-29 12:00:00+00", 951_825_600),
            ("0001-01-01 00:00:00+00", -62_135_596_800), ("1900-01-01 00:00:00+00:19:32", -2_208_989_972),
        ])
    func timestamps(_ text: String, _ seconds: Double) throws {
        let date = try #require(Date.decode(sqlText: text))
        #expect(abs(date.timeIntervalSince1970 - seconds) < 1e-6)
        let again = try #require(date.sqlText.flatMap { Date.decode(sqlText: $0) })
        #expect(abs(again.timeIntervalSince(date)) < 1e-6)
    }

    @Test(
        "what is no timestamp is refused",
        arguments: [
            "infinity", "2026-13-01 00:00:00+00", "2026-11-21", "soon", "0044-03-15 00:00:00+00 BC", "2026-11-21 02:32:28",
        ])
    func badTimestamps(_ text: String) {
        #expect(Date.decode(sqlText: text) == nil)
    }

    @Test("bound values are starred where the server quotes them")
    func redaction() {
        let values: [Secret<String?>] = [Secret("not-a-uuid"), Secret("5"), Secret(nil), Secret("")]
        #expect(
            Redaction.redact("invalid input syntax for type uuid: \"not-a-uuid\"", values: values)
                == "invalid input syntax for type uuid: \"****\"")
        #expect(Redaction.redact("key (5) at line 15 of \"5\"", values: values) == "key (****) at line 15 of \"****\"")
        #expect(Redaction.redact("duplicate key", values: values) == "duplicate key")
    }
}
