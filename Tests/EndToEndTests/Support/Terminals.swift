import FoundationEssentials
import Testing

/// Runs the console on a terminal of its own, and types into it.
enum Terminals {
    /// What is typed, and the words that have to be on the screen before it is.
    struct Line: Encodable {
        var after: String
        var type: String

        init(_ after: String, _ type: String) {
            self.after = after
            self.type = type
        }
    }

    struct Screen: Decodable {
        var text: String
        var exit: Int32
        /// Lines that were never typed, because their words did not come.
        var untyped: Int
    }

    private static let script = """
        import fcntl, json, os, pty, select, struct, sys, termios, time
        wanted = json.load(sys.stdin)
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(wanted["folder"])
            os.execve(wanted["command"][0], wanted["command"], wanted["variables"])
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", wanted["rows"], 100, 0, 0))
        text, read_from, lines, deadline = "", 0, list(wanted["lines"]), time.monotonic() + 60
        while time.monotonic() < deadline:
            if lines and (at := text.find(lines[0]["after"], read_from)) >= 0:
                read_from = at + len(lines[0]["after"])
                os.write(terminal, lines.pop(0)["type"].encode())
            if not select.select([terminal], [], [], 0.2)[0]:
                continue
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            if not data:
                break
            text += data.decode("utf-8", "replace")
        else:
            os.kill(child, 9)
        _, status = os.waitpid(child, 0)
        print(json.dumps({"text": text.replace("\\r\\n", "\\n"), "exit": os.waitstatus_to_exitcode(status),
                          "untyped": len(lines)}))
        """

    static func run(
        _ arguments: [String], typing lines: [Line] = [], variables: [String: String] = [:], in folder: String,
        rows: Int = 24
    ) async throws -> Screen {
        struct Wanted: Encodable {
            var command: [String]
            var variables: [String: String]
            var folder: String
            var rows: Int
            var lines: [Line]
        }
        let all = Programs.environment.merging(["TERM": "xterm", "NO_COLOR": "1"]) { $1 }.merging(variables) { $1 }
        let wanted = Wanted(
            command: [Console.path] + arguments, variables: all, folder: folder, rows: rows, lines: lines)
        let request = String(decoding: try JSONEncoder().encode(wanted), as: UTF8.self)
        // The request holds no quote that a shell would see: it goes in by a file.
        let file = folder + "/.terminal-request.json"
        try Data(request.utf8).write(to: URL(filePath: file))
        let ended = try await Programs.bash(
            "exec \"$PYTHON\" -c \"$SCRIPT\" <\"$REQUEST\"",
            variables: [
                "PYTHON": Programs.venv + "/python", "SCRIPT": script, "REQUEST": file,
            ])
        try FileManager.default.removeItem(atPath: file)
        return try JSONDecoder().decode(
            Screen.self, from: Data(try #require(ended.exit == 0 ? ended.output : nil, "\(ended.error)").utf8))
    }
}
