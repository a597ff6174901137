import FoundationEssentials
import Subprocess
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension ConsoleEndToEnd {
    /// Nothing secret is ever written, with `-vv` and in the worst of circumstances: neither to the two streams nor into
    /// files, but for the sign-in that a renewal has to keep.
    @Suite struct SecretTests {
        /// `tail` waits out the faults that others end at, and takes no time limit; what it is told ends it here.
        private static let exercises =
            Exercise.all + [Exercise(name: "tail", flags: ["--no-follow"], timeout: 0, answered: [0], failed: 1)]

        @Test("every command, with credentials from every source, shows header fields and no secret")
        func success() async throws {
            try await SecretSources.with { sources in
                for source in sources.all {
                    let before = try sources.files()
                    try await withThrowingTaskGroup(of: (Exercise, Ended).self) { group in
                        for exercise in Self.exercises {
                            group.addTask { (exercise, try await run(exercise, source, sources)) }
                        }
                        for try await (exercise, ended) in group {
                            let what: Comment = "\(exercise.name), \(source.name)"
                            #expect(exercise.answered.contains(ended.exit), "\(what): \(ended)")
                            // Else there was nothing to be found.
                            #expect(ended.error.contains("> Authorization: ****"), "\(what): \(ended)")
                            #expect(ended.error.contains("< 200"), "\(what): \(ended)")
                            try check(ended, sources, what)
                        }
                    }
                    let written = try sources.written(since: before)
                    #expect(written.isEmpty, "\(source.name) wrote \(written.keys)")
                }
            }
        }

        @Test("a wrong secret key: AWS repeats the whole request, and no command passes it on")
        func wrongSecret() async throws {
            try await SecretSources.with { sources in
                var sources = sources
                let wrong = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
                sources.hunt.add("the wrong secret key", wrong)
                for exercise in Self.exercises {
                    let ended = try await run(exercise, sources.environment(secret: wrong), sources)
                    #expect(ended.exit == exercise.refused, "\(exercise.name): \(ended)")
                    #expect((ended.error + ended.output).contains("The request signature we calculated"), "\(ended)")
                    try check(ended, sources, "\(exercise.name)")
                }
            }
        }

        /// Says back all that it heard, in header fields and as its error's message.
        private static let parrot: LoopbackServer.Handler = { request in
            let fields = request.headers.map { "\($0.name): \($0.value)" }
            let body = String(decoding: request.body, as: UTF8.self)
            let heard = ([request.target] + fields + [body]).joined(separator: " ").filter { $0 != "\"" && $0 != "\\" }
            return .json(#"{"message": "\#(heard)", "__type": "Heard"}"#, status: 407, headers: [("X-Heard", heard)])
        }

        @Test("services and a proxy that repeat all they are told: none of it comes out")
        func parrot() async throws {
            try await SecretSources.with { sources in
                let whoami = try #require(Exercise.all.first { $0.name == "whoami" })
                try await LoopbackServer.run(Self.parrot) { server in
                    for var source in sources.all {
                        let before = try sources.files()
                        if source.variables["http_proxy"] != nil {
                            let proxy = try #require(source.variables["http_proxy"]?.split(separator: "@").first)
                            source.variables["http_proxy"] = "\(proxy)@127.0.0.1:\(server.port)"
                        } else {
                            for name in sources.variables.keys where name.hasPrefix("AWS_ENDPOINT_URL") {
                                source.variables[name] = server.url
                            }
                        }
                        let heard = server.record.requests.count
                        let ended = try await run(whoami, source, sources)
                        #expect(ended.exit == 1, "\(source.name): \(ended)")
                        #expect(server.record.requests.count > heard, "\(source.name) was not heard")
                        try check(ended, sources, "\(source.name)")
                        #expect(try sources.written(since: before).isEmpty)
                    }
                    let hasProxied = server.record.requests.contains { $0["Proxy-Authorization"] != nil }
                    #expect(hasProxied, "the proxy was passed by")
                }
            }
        }

        @Test(
            "a proxy's address that curl cannot read is not repeated with its password",
            arguments: [
                "htp://ada:%@127.0.0.1:1", "http://ada:%@127.0.0.1:99999", "http://ada:%@[::1", "http://ada:%@127.0.0.1:1",
            ])
        func proxyAddress(template: String) async throws {
            try await SecretSources.with { sources in
                let whoami = try #require(Exercise.all.first { $0.name == "whoami" })
                var source = sources.environment()
                source.variables["http_proxy"] = template.replacing("%", with: sources.proxyPassword)
                let ended = try await run(whoami, source, sources)
                #expect(ended.exit == 1, "\(ended)")
                #expect(ended.errorLines.last?.hasPrefix("taskops: ") == true)
                try check(ended, sources, "\(template)")
            }
        }

        @Test("credentials that have expired, by their own word and by AWS's")
        func expired() async throws {
            let fault: [String: JSONValue] = [
                "kind": "error", "code": "ExpiredTokenException", "status": 400,
                "message": "The security token included in the request is expired",
            ]
            try await SecretSources.with { sources in
                try await LocalStack.current.control.withFault(fault) {
                    for exercise in Self.exercises {
                        let ended = try await run(exercise, sources.environment(), sources)
                        #expect(ended.exit == exercise.refused, "\(exercise.name): \(ended)")
                        try check(ended, sources, "\(exercise.name)")
                    }
                }
                var over = sources.environment()
                over.variables["AWS_CREDENTIAL_EXPIRATION"] = "2020-01-01T00:00:00Z"
                for exercise in Self.exercises {
                    try check(try await run(exercise, over, sources), sources, "\(exercise.name)")
                }
            }
        }

        @Test(
            "a crash in mid-call shows no memory and leaves no core file",
            arguments: [SIGSEGV, SIGABRT, SIGTRAP, SIGBUS, SIGILL, SIGFPE, SIGQUIT])
        func crash(number: Int32) async throws {
            try await SecretSources.with { sources in
                let control = LocalStack.current.control
                try await control.withFault(["kind": "hang"]) {
                    let before = try await control.calls()["sts:GetCallerIdentity"] ?? 0
                    let ended = try await Programs.run(
                        "/bin/bash", ["-c", "ulimit -c unlimited; exec \"$0\" whoami -vv", Console.path],
                        variables: sources.variables.merging(sources.environment().variables) { _, own in own },
                        in: sources.folder
                    ) { running in
                        try await expectSoon("the call is on its way") {
                            try await control.calls()["sts:GetCallerIdentity"] ?? 0 > before
                        }
                        try running.send(Signal(rawValue: number))
                    }
                    #expect(ended.exit == -number, "\(ended)")
                    try check(ended, sources, "signal \(number)")
                    #expect(!ended.error.contains("Registers:"))
                    let cores = try sources.files().keys.filter { $0.contains("/core") }
                    #expect(cores.isEmpty)
                }
            }
        }

        @Test("an MFA code typed on a terminal is not to be seen there, and Ctrl-C leaves the terminal as it was")
        func mfaCode() async throws {
            try await SecretSources.with { sources in
                let typed = try await terminal(sources, typing: "1\u{7f}\(sources.mfaCode)\n")
                #expect(typed.exit == 0, "\(typed)")
                #expect(typed.output.contains("MFA code of arn:aws:iam::123456789012:mfa/ada"))
                #expect(typed.output.contains("assumed-role/keeper-of-secrets"))
                try check(typed, sources, "MFA")
                let interrupted = try await terminal(sources, typing: "907\u{3}")
                #expect(interrupted.exit == -SIGINT, "\(interrupted)")
                #expect(interrupted.output.contains("echo is on"))
            }
        }

        // MARK: -

        private func run(
            _ exercise: Exercise, _ source: SecretSources.Source, _ sources: SecretSources
        ) async throws -> Ended {
            var arguments = ["-vv"] + exercise.words + exercise.flags + source.flags
            if exercise.name.hasPrefix("schema ") { arguments += ["--schema", LocalStack.schema] }
            // A session does not tell its role's whole ARN.
            if exercise.name == "schema apply" { arguments += ["--console-role-arn", sources.role] }
            if exercise.timeout > 0 { arguments += ["--timeout", "20s"] }
            return try await Programs.run(
                Console.path, arguments, variables: sources.variables.merging(source.variables) { _, own in own },
                in: sources.folder)
        }

        private func check(_ ended: Ended, _ sources: SecretSources, _ what: Comment) throws {
            #expect(sources.hunt.find(in: ended.output) == [], "\(what): on standard output")
            #expect(sources.hunt.find(in: ended.error) == [], "\(what): on standard error")
        }

        /// What a pseudo-terminal shows of a run that asks for a code, and whether it still echoes afterwards.
        private func terminal(_ sources: SecretSources, typing text: String) async throws -> Ended {
            let script = """
                import os, pty, sys, termios, time
                child, terminal = pty.fork()
                if child == 0: os.execv(sys.argv[2], sys.argv[2:])
                shown, typed = b"", False
                while True:
                    try: piece = os.read(terminal, 65536)
                    except OSError: break
                    if not piece: break
                    shown += piece
                    sys.stdout.buffer.write(piece)
                    if not typed and b"MFA code of" in shown:
                        # Only what is typed once the terminal is quiet was typed unseen.
                        end = time.monotonic() + 10
                        while termios.tcgetattr(terminal)[3] & termios.ECHO and time.monotonic() < end: time.sleep(0.01)
                        os.write(terminal, sys.argv[1].encode())
                        typed = True
                ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                print("echo is", "on" if termios.tcgetattr(terminal)[3] & termios.ECHO else "off")
                sys.stdout.flush()
                if ended < 0:
                    import signal
                    signal.signal(-ended, signal.SIG_DFL)
                    os.kill(os.getpid(), -ended)
                sys.exit(ended)
                """
            return try await Programs.run(
                Programs.venv + "/python", ["-c", script, text, Console.path, "whoami", "-vv", "--profile", "mfa"],
                variables: sources.variables, in: sources.folder)
        }
    }
}
