package import Basics

extension DatabaseError {
    /// The failure as people read it, and as exit codes are chosen.
    package var problem: Problem {
        Problem(kind, summary, cause: evidence, hint: advice)
    }

    /// Chosen from codes, phases and who ended it, never from the server's words.
    package var kind: Problem.Kind {
        if outcome == .unknown { return .unknownOutcome }
        switch cause {
        case .cancelled: return .cancelled
        case .deadline: return .timedOut
        case .connectionLost, .closed: return .unreachable
        case .invalidStatement: return .defect
        case .server: return serverKind
        }
    }

    private var serverKind: Problem.Kind {
        guard let sqlState else { return .failed }
        if SQLState.conflicts.contains(sqlState) { return .conflict }
        if SQLState.throttles.contains(sqlState) { return .throttled }
        if SQLState.unavailable.contains(sqlState) { return .unreachable }
        if phase == .authenticate, isRefusal { return .credentials }
        switch sqlState {
        case SQLState.undefinedTable, SQLState.undefinedDatabase, SQLState.undefinedSchema: return .notFound
        case SQLState.insufficientPrivilege: return .denied
        case SQLState.queryCanceled: return .timedOut
        case SQLState.connectionFailure: return .unreachable
        default: return .failed
        }
    }

    /// The server answered the login with no.
    private var isRefusal: Bool {
        sqlState == SQLState.connectionFailure || sqlState?.hasPrefix(SQLState.invalidAuthorizationClass) == true
    }

    private var summary: String {
        let what = statement.map(\.description) ?? "the connection"
        if outcome == .unknown {
            return "\(what) was sent to \(host) and no clear answer came back: the change may or may not be kept"
        }
        switch cause {
        case .cancelled: return statement == nil ? "connecting to \(host) was cancelled" : "\(what) on \(host) was cancelled"
        case .deadline(let allowed):
            return statement == nil
                ? "\(host) did not \(phase.expected) within \(allowed.spoken)"
                : "\(what) on \(host) got no answer within \(allowed.spoken)"
        case .closed: return "the connection to \(host) is closed"
        case .invalidStatement: return "\(what) for \(host) cannot be sent"
        case .connectionLost, .server: break
        }
        switch phase {
        case .resolve: return "the address of \(host) cannot be found"
        case .connect: return "nobody answers at \(host)"
        case .tls: return "TLS with \(host) failed"
        case .authenticate:
            return kind == .credentials ? "\(host) refused the login as \(user)" : "\(host) did not let \(user) in"
        case .query, .commit:
            if cause == .connectionLost { return "the connection to \(host) broke during \(what)" }
            return kind == .conflict && attempts > 1
                ? "\(what) on \(host) met conflicting writers \(attempts) times" : "\(what) failed on \(host)"
        }
    }

    private var evidence: String? {
        var parts: [String] = []
        if case .deadline(let allowed) = cause, outcome == .unknown { parts.append("no answer within \(allowed.spoken)") }
        if !message.isEmpty { parts.append(sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message) }
        if let hint { parts.append(hint) }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private var advice: String? {
        switch kind {
        case .credentials: "check that the credentials are current and may connect as \(user)"
        case .unknownOutcome: "read the rows again before you repeat it"
        case .conflict: "try again: nothing was kept"
        case .notFound: "apply the schema: taskops schema apply"
        case .denied: "grant the database role \(user) what it needs"
        case .unreachable:
            switch phase {
            case .resolve: "check the host name, and that this machine can look names up"
            case .tls: "check that sslrootcert holds the authority of the server's certificate, and that the name is right"
            default: nil
            }
        default: nil
        }
    }
}

extension DatabaseError.Phase {
    /// What the server had yet to do in this phase.
    fileprivate var expected: String {
        switch self {
        case .resolve: "resolve to an address"
        case .connect: "accept a connection"
        case .tls: "complete TLS"
        case .authenticate: "answer the login"
        case .query, .commit: "answer"
        }
    }
}

extension Duration {
    /// `1.5 s`, `250 ms`: short enough for a sentence.
    fileprivate var spoken: String {
        let total = Int(milliseconds.rounded())
        if total < 1000 { return "\(total) ms" }
        let tenths = (total + 50) / 100
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
