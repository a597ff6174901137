/// What went wrong, in the words somebody woken at night needs: what happened, where, what to type next.
///
/// A problem is data. Engines throw or return it; `Views` draws it; `Commands` turns its ``Kind`` into an exit code.
/// The sentence may be read by anybody: never put a credential, token, signature or presigned URL into it.
package struct Problem: Error, Sendable, Hashable, Codable {
    /// What sort of failure this is. Exit codes are chosen by it, never by the sentence.
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// The words typed cannot be understood.
        case usage
        /// A file the user wrote (taskops.yaml, a schema file) is missing or wrong.
        case configuration
        /// No credentials, expired ones, or ones that were refused.
        case credentials
        /// The credentials hold, but may not do this.
        case denied
        /// A named resource does not exist.
        case notFound
        /// Nobody answers at the address, or TLS failed.
        case unreachable
        /// It did not happen in the time given.
        case timedOut
        /// AWS asks callers to slow down.
        case throttled
        /// Two writers met; the whole transaction may be tried again.
        case conflict
        /// A commit was sent and no answer came back: it may or may not hold.
        case unknownOutcome
        /// The service answered, and what it said is a failure.
        case failed
        /// The user pressed Ctrl-C, or the parent task was cancelled.
        case cancelled
        /// A mistake in taskops itself.
        case defect
    }

    /// A place in a file the user can open.
    package struct Location: Sendable, Hashable, Codable, CustomStringConvertible {
        package var file: String
        package var line: Int?
        package var column: Int?

        package init(file: String, line: Int? = nil, column: Int? = nil) {
            self.file = file
            self.line = line
            self.column = column
        }

        package var description: String {
            [file, line.map(String.init), line == nil ? nil : column.map(String.init)].compactMap(\.self).joined(separator: ":")
        }
    }

    package var kind: Kind
    /// One sentence without a full stop at its end.
    package var summary: String
    /// The evidence beneath it, usually another system's own words.
    package var cause: String?
    /// The next command to type, or the next thing to change.
    package var hint: String?
    package var location: Location?

    package init(
        _ kind: Kind, _ summary: String, cause: String? = nil, hint: String? = nil, location: Location? = nil
    ) {
        self.kind = kind
        self.summary = summary
        self.cause = cause
        self.hint = hint
        self.location = location
    }
}

extension Problem {
    /// ``cause`` as it stands in the problem's one line: another system's words lose the full stop at their end where
    /// ``hint`` goes on behind them.
    package var causeInLine: String? {
        guard var cause = cause?.onOneLine else { return nil }
        if hint != nil, cause.hasSuffix("."), !cause.hasSuffix("..") { cause.removeLast() }
        return cause
    }
}

extension Problem: CustomStringConvertible {
    /// The whole problem on one line, as it appears on standard error after `taskops: `.
    package var description: String {
        var line = location.map { "\($0): " } ?? ""
        line += summary
        if let causeInLine { line += ": \(causeInLine)" }
        if let hint { line += "; \(hint)" }
        return line.onOneLine
    }
}
