/// Reads what libpq says when a connection cannot be made.
///
/// libpq 15 offers no result and no SQLSTATE for a failed login, only one text. Two facts make it reliable without
/// guessing from words: the stage reached tells dialling, TLS and login apart; and with `PQERRORS_VERBOSE` libpq
/// itself writes a server's refusal as `SEVERITY:  SQLSTATE: message`, followed by lines `DETAIL:  …`, `HINT:  …`,
/// `LOCATION:  …` (pqBuildErrorMessage3 in libpq's fe-protocol3.c). A text of another shape came from libpq or the
/// network, not from the server.
struct ConnectFailure: Equatable {
    var phase: DatabaseError.Phase
    var cause: DatabaseError.Cause
    var sqlState: String?
    var severity: String?
    var message: String
    var detail: String?
    var hint: String?

    init(stage: LibPQ.Stage, text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
        // "connection to server at "host" (address), port 5432 failed: " says what our own sentence says.
        let opening = ConnectFailure.afterPreamble(lines.first ?? "")
        lines = [opening] + lines.dropFirst()

        let server = ConnectFailure.serverError(opening)
        sqlState = server?.sqlState
        severity = server?.severity
        message = server?.message ?? ConnectFailure.plain(lines)
        detail = ConnectFailure.field("DETAIL", in: lines)
        hint = server == nil ? nil : ConnectFailure.field("HINT", in: lines)
        cause = server == nil ? .connectionLost : .server
        phase = stage.phase
    }

    private static func afterPreamble(_ line: String) -> String {
        guard line.hasPrefix("connection to server "), let range = firstRange(of: " failed: ", in: line) else { return line }
        return String(line[range.upperBound...])
    }

    private static func serverError(_ line: String) -> (severity: String, sqlState: String, message: String)? {
        guard let first = firstRange(of: ":  ", in: line) else { return nil }
        let severity = line[..<first.lowerBound]
        let rest = line[first.upperBound...]
        let code = rest.prefix(5)
        guard !severity.isEmpty, severity.allSatisfy({ $0.isLetter }), code.count == 5,
            code.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) }), rest.dropFirst(5).hasPrefix(": ")
        else { return nil }
        return (String(severity), String(code), String(rest.dropFirst(7)))
    }

    private static func field(_ name: String, in lines: [String]) -> String? {
        lines.first { $0.hasPrefix("\(name):  ") }.map { String($0.dropFirst(name.count + 3)) }
    }

    /// libpq's own texts may go on with an indented question ("Is the server running …?"), which is no evidence.
    static func plain(_ text: String) -> String {
        plain(text.split(separator: "\n").map(String.init))
    }

    private static func plain(_ lines: [String]) -> String {
        lines.filter { !$0.hasPrefix("\t") && !$0.isEmpty }.joined(separator: "; ")
    }

    private static func firstRange(of needle: String, in text: String) -> Range<String.Index>? {
        var start = text.startIndex
        while start < text.endIndex {
            if text[start...].hasPrefix(needle) { return start..<text.index(start, offsetBy: needle.count) }
            start = text.index(after: start)
        }
        return nil
    }
}
