import FoundationEssentials
import Testing

extension ConsoleEndToEnd {
    /// A terminal changes the clothes, never the facts.
    @Suite struct OutputTests {
        @Test("into a pipe nothing is coloured or redrawn; --color always colours it all the same, NO_COLOR is overruled by it")
        func escapes() async throws {
            for variables in [[:], ["NO_COLOR": "1"], ["TERM": "xterm-256color"]] {
                let ended = try await Console.run("--sandbox", "canary", variables: variables)
                #expect(ended.exit == 0)
                #expect(!(ended.output + ended.error).contains("\u{1B}"))
                #expect(!(ended.output + ended.error).contains("\r"))
            }
            let forced = try await Console.run("--sandbox", "--color", "always", "canary", variables: ["NO_COLOR": "1"])
            #expect(forced.output.contains("\u{1B}["))
        }

        @Test("on a terminal it is coloured, with NO_COLOR it is not, and the words are the same")
        func onATerminal() async throws {
            let coloured = try await terminal(columns: 100)
            #expect(coloured.contains("\u{1B}["))
            let plain = try await terminal(columns: 100, variables: ["NO_COLOR": "1"])
            #expect(!plain.contains("\u{1B}[3"))
            #expect(plain.contains("2 of 2 Regions ok") && coloured.contains("Regions ok"))
        }

        @Test("on a narrow terminal no line is wider than it, and COLUMNS is believed", arguments: [true, false])
        func narrow(byVariable: Bool) async throws {
            let text = try await terminal(
                columns: byVariable ? 120 : 40, flags: ["--color", "always"], variables: byVariable ? ["COLUMNS": "40"] : [:])
            let lines = text.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }).map(withoutEscapes)
            #expect(lines.contains { $0.contains("accept") })
            for line in lines { #expect(line.count <= 40, "\(line)") }
        }

        @Test("a reader that goes away, after one line or before the first, ends it quietly")
        func closedPipe() async throws {
            let one = try await Programs.bash("taskops --sandbox canary | head -1; echo \"${PIPESTATUS[0]}\"")
            #expect(one.error.isEmpty)
            #expect(one.lines.count == 2)
            #expect(one.lines.first?.hasPrefix("canary  stack tasks") == true)
            #expect(one.lines.last == "0")
            let none = try await Programs.bash("taskops --sandbox canary | true; echo \"${PIPESTATUS[0]}\"")
            #expect(none.error.isEmpty)
            #expect(none.output == "0\n")
        }

        @Test("--help and --version work without a stack, a file or credentials")
        func helpNeedsNothing() async throws {
            try await Folder.with { folder in
                for word in ["--help", "--version"] {
                    let ended = try await Console.run(word, in: folder)
                    #expect(ended.exit == 0)
                    #expect(ended.error.isEmpty && !ended.output.isEmpty)
                }
            }
        }

        // MARK: -

        /// What a pseudo-terminal of this width shows of a canary run.
        private func terminal(columns: Int, flags: [String] = [], variables: [String: String] = [:]) async throws -> String {
            let script = """
                import fcntl, os, pty, struct, sys, termios
                child, terminal = pty.fork()
                if child == 0:
                    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
                    os.execv(sys.argv[2], sys.argv[2:])
                while True:
                    try: piece = os.read(terminal, 65536)
                    except OSError: break
                    if not piece: break
                    sys.stdout.buffer.write(piece)
                sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
                """
            let ended = try await Programs.run(
                Programs.venv + "/python", ["-c", script, String(columns), Console.path, "--sandbox", "canary"] + flags,
                variables: ["TERM": "xterm-256color"].merging(variables) { _, own in own })
            #expect(ended.exit == 0, "\(ended.error)")
            return ended.output
        }

        private func withoutEscapes(_ line: Substring) -> String {
            var text = ""
            var rest = line[...]
            while let character = rest.popFirst() {
                guard character == "\u{1B}" else {
                    text.append(character)
                    continue
                }
                while let next = rest.popFirst(), !(next.isLetter && next.isASCII) {}
            }
            return text
        }
    }
}
