// The only file that touches libpq's pointers: it turns them into values and never waits.
internal import Basics
internal import CLibPQ

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One libpq connection. Not Sendable: it belongs to one ``DatabaseConnection``, which enters it on its own executor.
final class LibPQ {
    /// What to wait for before the next step.
    enum Progress: Equatable {
        case read, write, done, failed
    }

    /// How far the connection has come, as ``DatabaseError/Phase`` sees it.
    ///
    /// `PQstatus` is read before each wait. libpq moves on as far as it can without waiting, so the last status seen
    /// is the step that the next failure belongs to.
    enum Stage: Equatable {
        case dialling, tls, authenticating

        var phase: DatabaseError.Phase {
            switch self {
            case .dialling: .connect
            case .tls: .tls
            case .authenticating: .authenticate
            }
        }
    }

    /// One field of the server's error answer, or libpq's own words when the server sent none.
    struct Failure {
        var sqlState: String?
        var severity: String?
        var message: String
        var detail: String?
        var hint: String?
    }

    /// One statement's answer.
    struct Answer {
        var columns: [String] = []
        var rows: [[String?]] = []
        var commandTag = ""
        var affectedRows = 0
        var failure: Failure?
        /// The server said that the statement is complete.
        var isAnswered = false
        /// The server began a COPY, which has no place here: the connection must be closed.
        var beganCopy = false
    }

    private var connection: OpaquePointer?

    /// Begins to connect. `PQconnectStart` itself would block on DNS, so `hostaddr` must be among the parameters.
    init(parameters: [(key: String, value: String)]) {
        LibPQ.withCStrings(parameters.map(\.key) as [String?]) { keys in
            LibPQ.withCStrings(parameters.map(\.value) as [String?]) { values in
                connection = PQconnectStartParams(keys + [nil], values + [nil], 0)
            }
        }
        guard let connection else { return }
        // Verbose puts the SQLSTATE into the text of a failed login, the only place where libpq 15 shows it.
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        // The default receiver writes NOTICE lines to standard error, which is not this room's to write to.
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
    }

    deinit {
        finish()
    }

    /// Closes the socket and frees everything; a second call does nothing.
    func finish() {
        if let connection { PQfinish(connection) }
        connection = nil
    }

    /// Cuts the socket first, so that nothing still unsent (a COMMIT, the polite goodbye) leaves this machine.
    func abort() {
        if let connection, PQsocket(connection) >= 0 { shutdown(PQsocket(connection), Int32(SHUT_RDWR)) }
        finish()
    }

    var socket: Int32 { connection.map { PQsocket($0) } ?? -1 }

    var isAlive: Bool { connection.map { PQstatus($0) == CONNECTION_OK } ?? false }

    /// Not even begun: wrong parameters, or no memory.
    var isDead: Bool { connection.map { PQstatus($0) == CONNECTION_BAD } ?? true }

    /// Inside BEGIN … COMMIT, healthy or failed.
    var isInTransaction: Bool {
        guard let connection else { return false }
        let status = PQtransactionStatus(connection)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE
    }

    var serverVersion: Int { connection.map { Int(PQserverVersion($0)) } ?? 0 }

    /// libpq's last words, with the SQLSTATE among them; see ``ConnectFailure``.
    var errorMessage: String { connection.map { String(cString: PQerrorMessage($0)) } ?? "out of memory" }

    // MARK: Connecting

    var stage: Stage {
        guard let connection else { return .dialling }
        switch PQstatus(connection) {
        case CONNECTION_SSL_STARTUP: return .tls
        case CONNECTION_NEEDED, CONNECTION_STARTED, CONNECTION_BAD: return .dialling
        // MADE is seen twice: before the TLS request, and after TLS before the startup packet.
        case CONNECTION_MADE: return PQsslInUse(connection) == 1 ? .authenticating : .dialling
        default: return .authenticating
        }
    }

    func continueConnecting() -> Progress {
        guard let connection else { return .failed }
        switch PQconnectPoll(connection) {
        case PGRES_POLLING_READING: return .read
        case PGRES_POLLING_WRITING: return .write
        case PGRES_POLLING_OK: return PQsetnonblocking(connection, 1) == 0 ? .done : .failed
        default: return .failed
        }
    }

    // MARK: Statements

    func send(_ text: String, _ bindings: [Secret<String?>]) -> Bool {
        guard let connection else { return false }
        return LibPQ.withCStrings(bindings.map(\.exposed)) { values in
            PQsendQueryParams(connection, text, Int32(values.count), nil, values, nil, nil, 0) == 1
        }
    }

    /// Gives the network what it will take. `.read` means: wait for either direction.
    func flush() -> Progress {
        guard let connection else { return .failed }
        switch PQflush(connection) {
        case 0: return .done
        case 1: return .read
        default: return .failed
        }
    }

    /// Takes what has arrived; false when the connection is gone.
    func consumeInput() -> Bool {
        guard let connection else { return false }
        return PQconsumeInput(connection) == 1
    }

    /// Digests what came outside of any statement.
    func parseIdleInput() {
        if let connection { _ = PQisBusy(connection) }
    }

    /// Adds finished results to the answer; true once the statement is complete.
    func collect(into answer: inout Answer) -> Bool {
        guard let connection else { return true }
        while PQisBusy(connection) == 0 {
            guard let result = PQgetResult(connection) else { return true }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: read(result, into: &answer)
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                answer.beganCopy = true
                return true
            default:
                // The first error is the cause; what follows it is an echo.
                if answer.failure == nil { answer.failure = failure(of: result) }
            }
        }
        return false
    }

    private func read(_ result: OpaquePointer, into answer: inout Answer) {
        answer.isAnswered = true
        let columnCount = PQnfields(result)
        answer.columns = (0..<columnCount).map { String(cString: PQfname(result, $0)) }
        answer.commandTag = String(cString: PQcmdStatus(result))
        answer.affectedRows = Int(String(cString: PQcmdTuples(result))) ?? 0
        answer.rows = (0..<PQntuples(result)).map { row in
            (0..<columnCount).map { column in
                guard PQgetisnull(result, row, column) == 0, let bytes = PQgetvalue(result, row, column) else { return nil }
                let length = Int(PQgetlength(result, row, column))
                return String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
            }
        }
    }

    private func failure(of result: OpaquePointer) -> Failure {
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        // The letters are PG_DIAG_* in libpq's public header: severity not localised, SQLSTATE, message, detail, hint.
        return Failure(
            sqlState: field("C"), severity: field("V") ?? field("S"),
            message: field("M") ?? String(cString: PQresultErrorMessage(result)), detail: field("D"), hint: field("H"))
    }

    /// C strings for the length of a call.
    private static func withCStrings<Result>(
        _ strings: [String?], _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { $0.flatMap { strdup($0) } }
        defer { for copy in copies { free(copy) } }
        return body(copies.map { $0.map { UnsafePointer($0) } })
    }
}
