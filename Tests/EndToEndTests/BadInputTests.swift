import FoundationEssentials
import Testing

extension ConsoleEndToEnd {
    /// Files and flags that are wrong: one clear line on standard error, nothing on standard output, the right code.
    @Suite struct BadInputTests {
        @Test("no taskops.yaml anywhere: 3 for the canary, 1 for schema, and where it was looked for")
        func missingFile() async throws {
            try await Folder.with { folder in
                for (word, code) in [(["canary"], Int32(3)), (["schema", "plan", "--schema", LocalStack.schema], 1)] {
                    let ended = try await Programs.run(Console.path, word, in: folder)
                    try refused(ended, code: code, saying: ["no taskops.yaml in", "taskops sandbox up"])
                }
            }
        }

        @Test("a file that --config names and that is not there: 3")
        func missingNamedFile() async throws {
            let ended = try await Console.run("canary", "--config", "/nonexistent/taskops.yaml")
            try refused(ended, code: 3, saying: ["no file at /nonexistent/taskops.yaml", "--config"])
        }

        @Test(
            "a file that is not YAML, is empty, or is not text at all: 3 with file and line",
            arguments: [
                ("stack: tasks\nregions: [\n", ":3:"), ("stack: tasks\n\tregions: {}\n", ":2:"),
                ("", "taskops.yaml: the file is empty"),
            ])
        func malformed(text: String, place: String) async throws {
            try await Configurations.with(text: text) { file in
                let ended = try await Console.run("canary", "--config", file)
                try refused(ended, code: 3, saying: [file, place])
            }
        }

        @Test("an unknown key: 3 with file and line, and the key that was probably meant")
        func unknownKey() async throws {
            try await Configurations.with(["function: ": "functoin: "]) { file in
                let ended = try await Console.run("--sandbox", "canary", "--config", file)
                #expect(ended.exit == 3)
                #expect(ended.output.isEmpty)
                let line = try #require(ended.errorLines.first { $0.contains("functoin") })
                #expect(line.contains("\(file):6:"))
                #expect(line.contains("did you mean `function`?"))
            }
        }

        @Test("a key given twice: 3 with the second one's line")
        func repeatedKey() async throws {
            try await Configurations.with(["environment: dev": "stack: tasks"]) { file in
                let ended = try await Console.run("--sandbox", "canary", "--config", file)
                try refused(ended, code: 3, saying: ["\(file):2:", "`stack` is given twice"])
            }
        }

        @Test("a Region AWS does not have, in the file: 3 with file and line, and the one that was probably meant")
        func unknownRegionInFile() async throws {
            let line = try Configurations.line(of: "us-west-2:")
            try await Configurations.with(["us-west-2:": "us-wset-2:"]) { file in
                let ended = try await Console.run("--sandbox", "canary", "--config", file)
                try refused(
                    ended, code: 3, saying: ["unknown Region `us-wset-2`", "did you mean `us-west-2`?", "\(file):\(line):"])
            }
        }

        @Test("a Region that is not the stack's, after --region: 64, and those that are")
        func unknownRegionFlag() async throws {
            let near = try await Console.run("--sandbox", "canary", "--region", "us-wset-2")
            try refused(near, code: 64, saying: ["us-wset-2 is not a Region of stack tasks", "us-west-2"])
            let far = try await Console.run("--sandbox", "canary", "--region", "eu-central-1")
            try refused(far, code: 64, saying: ["eu-central-1 is not a Region of stack tasks", "us-east-1, us-west-2"])
        }

        @Test("a cluster id that is none: 3 with file and line, and how to list those there are")
        func wrongClusterID() async throws {
            let id = LocalStack.current.clusterHost("us-east-1").prefix(26)
            let line = try Configurations.line(of: "cluster: \(id)")
            try await Configurations.with(["cluster: \(id)": "cluster: ABC123"]) { file in
                let ended = try await Console.run("--sandbox", "canary", "--config", file)
                try refused(
                    ended, code: 3,
                    saying: ["`ABC123` is not a cluster id", "\(file):\(line):", "aws dsql list-clusters --region us-east-1"])
            }
        }

        @Test("a well-formed id of a cluster that does not exist: never ok, and the id is named")
        func unknownCluster() async throws {
            let id = LocalStack.current.clusterHost("us-east-1").prefix(26)
            try await Configurations.with(["cluster: \(id)": "cluster: aaaaaaaaaaaaaaaaaaaaaaaaaa"]) { file in
                let ended = try await Console.run(
                    "--sandbox", "canary", "--config", file, "--region", "us-east-1", "--output", "json", "--timeout", "3s",
                    "--slow-after", "2s")
                let canary = try CanaryJSON(ended)
                #expect(canary.exit == 2 || canary.exit == 3)
                #expect(canary.summary.contains("aaaaaaaaaaaaaaaaaaaaaaaaaa"))
                #expect(try await Rows.counts() == .none)
            }
        }

        @Test(
            "words that are no command, flag or length of time: 64",
            arguments: [
                ["cannary"], ["canary", "--tiemout", "3s"], ["canary", "--timeout", "3"], ["canary", "--timeout", "1,5s"],
                ["canary", "--timeout", "2s", "--slow-after", "3s"], ["canary", "--output", "xml"], ["sandbox", "sideways"],
            ])
        func badUsage(arguments: [String]) async throws {
            let ended = try await Programs.run(Console.path, arguments)
            #expect(ended.exit == 64, "\(ended)")
            #expect(ended.output.isEmpty)
            #expect(!ended.error.isEmpty)
        }

        @Test("no stack is up: --sandbox says which command starts one")
        func noSandbox() async throws {
            let elsewhere = ["TASKOPS_SANDBOX": "/nonexistent/sandbox"]
            let canary = try await Console.run("--sandbox", "canary", variables: elsewhere)
            try refused(canary, code: 3, saying: ["no local stack is up", "taskops sandbox up"])
            let environment = try await Console.run("sandbox", "env", variables: elsewhere)
            try refused(environment, code: 1, saying: ["no local stack is up", "taskops sandbox up"])
        }

        // MARK: -

        private func refused(_ ended: Ended, code: Int32, saying words: [String]) throws {
            #expect(ended.exit == code)
            #expect(ended.output.isEmpty)
            #expect(ended.errorLines.count == 1, "\(ended.error)")
            for word in words { #expect(ended.error.contains(word), "\(ended.error)") }
        }
    }
}
