import Configuration
import FoundationEssentials
import TaskSystem
import Testing

extension ConsoleEndToEnd {
    /// `taskops init`: the file it writes names what really stands there, and is never a half-truth.
    @Suite struct InitTests {
        @Test("the written file names the stack that was deployed, and a canary gets through with it")
        func roundTrip() async throws {
            try await Folder.with { folder in
                let ended = try await Console.run("--sandbox", "init", in: folder)
                #expect(ended.exit == 0, "\(ended.error)")
                #expect(ended.error.isEmpty)
                #expect(ended.output.contains("wrote taskops.yaml: stack tasks in us-east-1, us-west-2"))
                try sameAsDeployed(folder + "/taskops.yaml")
                let text = try String(contentsOfFile: folder + "/taskops.yaml", encoding: .utf8)
                #expect(text.contains("# CloudFormation output EventBusName of stack tasks-dev"))
                #expect(text.contains("peer in us-west-2; witness us-east-2"))
                let canary = try await Console.run("--sandbox", "canary", "--config", folder + "/taskops.yaml")
                #expect(canary.exit == 0, "\(canary.output)\(canary.error)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taskops.yaml"])
            }
        }

        @Test("--print prints the same file and writes none")
        func printed() async throws {
            try await Folder.with { folder in
                let printed = try await Console.run("--sandbox", "init", "--print", in: folder)
                #expect(printed.exit == 0)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
                _ = try await Console.run("--sandbox", "init", "--file", "here.yaml", in: folder)
                #expect(try String(contentsOfFile: folder + "/here.yaml", encoding: .utf8) == printed.output)
            }
        }

        @Test("in a shell set up for the local stack it needs no flag, and one Region leads to its peer")
        func oneRegionLeadsToTheOther() async throws {
            try await Folder.with { folder in
                let ended = try await Console.run(
                    "init", "--region", "us-west-2", variables: LocalStack.current.variables, in: folder)
                #expect(ended.exit == 0, "\(ended.error)")
                #expect(try ConfigurationFile.load(folder + "/taskops.yaml").regions.map(\.region) == ["us-west-2", "us-east-1"])
                // Looked at there, and not only known from here.
                let text = try String(contentsOfFile: folder + "/taskops.yaml", encoding: .utf8)
                #expect(!text.contains("peer of cluster"), "\(text)")
            }
        }

        @Test("a file that is there is left alone, before the first call; --force writes over it")
        func existingFile() async throws {
            try await Folder.with { folder in
                let file = folder + "/taskops.yaml"
                try Data("stack: mine\n".utf8).write(to: URL(filePath: file))
                let before = try await LocalStack.current.control.calls()
                let refused = try await Console.run("--sandbox", "init", in: folder)
                #expect(refused.exit == 1)
                #expect(refused.output.isEmpty)
                #expect(refused.errorLines.count == 1 && refused.error.contains("--print") && refused.error.contains("--force"))
                #expect(try String(contentsOfFile: file, encoding: .utf8) == "stack: mine\n")
                #expect(try await LocalStack.current.control.calls() == before)
                let forced = try await Console.run("--sandbox", "init", "--force", in: folder)
                #expect(forced.exit == 0, "\(forced.error)")
                try sameAsDeployed(file)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taskops.yaml"])
            }
        }

        @Test("a link stays a link, and a folder that is not there is said with its file")
        func whereItIsWritten() async throws {
            try await Folder.with { folder in
                try Data("stack: mine\n".utf8).write(to: URL(filePath: folder + "/real.yaml"))
                try FileManager.default.createSymbolicLink(atPath: folder + "/taskops.yaml", withDestinationPath: "real.yaml")
                let ended = try await Console.run("--sandbox", "init", "--force", in: folder)
                #expect(ended.exit == 0, "\(ended.error)")
                #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/taskops.yaml") == "real.yaml")
                try sameAsDeployed(folder + "/real.yaml")
                let nowhere = try await Console.run("--sandbox", "init", "--file", "no/where.yaml", in: folder)
                #expect(nowhere.exit == 1)
                #expect(nowhere.error.contains("no/where.yaml could not be written"), "\(nowhere.error)")
            }
        }

        @Test("TASKOPS_CONFIG may name the file that is to be written")
        func namedBeforeItIsThere() async throws {
            try await Folder.with { folder in
                let variables = LocalStack.current.variables.merging(["TASKOPS_CONFIG": folder + "/taskops.yaml"]) { $1 }
                let ended = try await Console.run("init", "--file", folder + "/taskops.yaml", variables: variables, in: folder)
                #expect(ended.exit == 0, "\(ended.error)")
                try sameAsDeployed(folder + "/taskops.yaml", withConnection: false)
            }
        }

        @Test("where nothing stands: 1, and where it was looked for")
        func nothingThere() async throws {
            try await Folder.with { folder in
                let ended = try await Console.run("--sandbox", "init", "--region", "eu-west-1", in: folder)
                #expect(ended.exit == 1)
                #expect(ended.error.contains("no task system in account") && ended.error.contains("eu-west-1"), "\(ended.error)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            }
        }

        @Test(
            "words that are wrong: 64",
            arguments: [["init", "--region", "us-esat-1"], ["init", "--print", "--force"], ["init", "--timeout", "soon"]])
        func badUsage(arguments: [String]) async throws {
            let ended = try await Programs.run(Console.path, ["--sandbox"] + arguments, in: "/")
            #expect(ended.exit == 64, "\(ended)")
            #expect(ended.output.isEmpty)
        }

        @Test("with the printed policy alone it finds the stack, with CloudFormation and by tags and rules without it")
        func policyIsEnough() async throws {
            try await Folder.with { folder in
                let policy = try await Console.run(
                    "permissions", "init", "--account", "123456789012", variables: keysOnly(LocalStack.current.variables),
                    in: folder)
                #expect(policy.exit == 0, "\(policy.error)")
                let all = try await user("init-all", policy.output)
                let before = try await LocalStack.current.control.calls()
                let found = try await Console.run("init", "--file", "all.yaml", variables: all, in: folder)
                #expect(found.exit == 0, "\(found.error)")
                try sameAsDeployed(folder + "/all.yaml", withConnection: false)
                let called = try await LocalStack.current.control.calls().filter { $0.value > before[$0.key] ?? 0 }.keys
                #expect(
                    Set(called) == [
                        "cloudformation:DescribeStacks", "dsql:ListClusters", "dsql:GetCluster", "sts:GetCallerIdentity",
                    ])

                let less = policy.output.replacing("cloudformation:DescribeStacks", with: "cloudformation:DescribeType")
                let byTags = try await Console.run(
                    "init", "--file", "tags.yaml", variables: try await user("init-tags", less), in: folder)
                #expect(byTags.exit == 0, "\(byTags.error)")
                #expect(byTags.error.contains("access to cloudformation:DescribeStacks was refused"), "\(byTags.error)")
                try sameAsDeployed(folder + "/tags.yaml", withConnection: false, withVariables: false)
            }
        }

        @Test("what a script may not see is left without a value: 1, the action and the line are said, and no command takes it")
        func markedInAScript() async throws {
            try await Folder.with { folder in
                let ended = try await Console.run("init", variables: try await blind("init-blind"), in: folder)
                #expect(ended.exit == 1)
                let file = folder + "/taskops.yaml"
                let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
                let marked = lines.indices.filter {
                    lines[$0].contains("# not found: access to events:ListTargetsByRule was refused")
                }
                // Function and two queues, in each of two Regions; nothing can say the environment then.
                #expect(marked.count == 6, "\(lines.joined(separator: "\n"))")
                for index in marked { #expect(ended.error.contains("taskops.yaml:\(index + 1): "), "\(ended.error)") }
                let canary = try await Console.run("--sandbox", "canary", "--config", file)
                #expect(canary.exit == 3)
                #expect(canary.error.contains("taskops.yaml:\(marked[0] + 1):"), "\(canary.error)")
            }
        }

        @Test("several stacks: a script has to say which, a terminal is asked, and what nothing tells is typed")
        func severalStacks() async throws {
            try await withAnotherCluster {
                try await Folder.with { folder in
                    let blind = try await blind("init-asked")
                    let ended = try await Console.run("init", variables: blind, in: folder)
                    #expect(ended.exit == 1)
                    #expect(ended.error.contains("more than one stack here"), "\(ended.error)")
                    #expect(ended.error.contains("taskops init --stack chores"), "\(ended.error)")
                    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)

                    let perRegion = [
                        Terminals.Line("function in", "task-processor-dev\n"),
                        .init("deadLetterQueue in", "task-events-dev-undelivered\n"),
                        .init("failureQueue in", "task-processor-dev-failed\n"),
                    ]
                    let screen = try await Terminals.run(
                        ["init"],
                        typing: [.init("number [1]", "9\n"), .init("type a number from 1 to 2", "2\n"), .init("[dev]", "\n")]
                            + perRegion + perRegion, variables: blind, in: folder)
                    #expect(screen.exit == 0, "\(screen.text)")
                    #expect(screen.untyped == 0)
                    #expect(screen.text.contains("1  chores in us-east-1"), "\(screen.text)")
                    #expect(screen.text.contains("2  task-mgmt-dev in us-east-1, us-west-2"), "\(screen.text)")
                    try sameAsDeployed(folder + "/taskops.yaml", withConnection: false, withVariables: false)

                    let named = try await Console.run("--sandbox", "init", "--stack", "tasks-dev", "--force", in: folder)
                    #expect(named.exit == 0, "\(named.error)")
                    try sameAsDeployed(folder + "/taskops.yaml")
                    let near = try await Console.run("--sandbox", "init", "--stack", "taks-dev", "--force", in: folder)
                    #expect(near.exit == 1 && near.error.contains("did you mean tasks-dev?"), "\(near.error)")
                }
            }
        }

        @Test("the end of input leaves what is open to fill in, as a script does")
        func endOfInput() async throws {
            try await Folder.with { folder in
                let screen = try await Terminals.run(
                    ["init"], typing: [.init("the environment", "\u{4}")], variables: try await blind("init-eof"), in: folder)
                #expect(screen.exit == 1, "\(screen.text)")
                let text = try String(contentsOfFile: folder + "/taskops.yaml", encoding: .utf8)
                #expect(text.contains("environment:") && text.contains("# not found: nothing says it"), "\(text)")
            }
        }

        // MARK: -

        /// Everything but the thresholds, which are no matter of AWS's.
        ///
        /// - Parameter withVariables: CloudFormation's outputs could be read; nothing else says who is called.
        private func sameAsDeployed(_ file: String, withConnection: Bool = true, withVariables: Bool = true) throws {
            let written = try ConfigurationFile.load(file)
            let deployed = LocalStack.current.configuration
            #expect(written.name == deployed.name)
            #expect(written.environment == deployed.environment)
            let expected = deployed.regions.map { regional in
                var regional = regional
                if !withConnection { regional.connection = ConnectionOverride() }
                if !withVariables { regional.variables = [:] }
                return regional
            }
            #expect(written.regions == expected)
        }

        /// A key and where the stack is, without the file that knows the answer.
        private func keysOnly(_ variables: [String: String]) -> [String: String] {
            variables.filter { $0.key.hasPrefix("AWS_") || $0.key.lowercased() == "no_proxy" }
        }

        private func user(_ name: String, _ policy: String) async throws -> [String: String] {
            let statements = try #require(try JSONValue(policy)["Statement"])
            let keys = try await Users.create(name, allow: String(decoding: try JSONEncoder().encode(statements), as: UTF8.self))
            return keysOnly(LocalStack.current.variables).merging(keys.variables) { $1 }
        }

        /// Somebody who may see clusters, buses and rules, but neither stacks nor targets.
        private func blind(_ name: String) async throws -> [String: String] {
            try await user(
                name,
                """
                {"Statement": [{"Effect": "Allow", "Resource": "*", "Action":
                  ["dsql:ListClusters", "dsql:GetCluster", "events:ListEventBuses", "events:ListRules"]}]}
                """)
        }

        private func withAnotherCluster(_ body: () async throws -> Void) async throws {
            let made = try await Clients.boto3(
                "us-east-1",
                """
                answer = client('dsql').create_cluster(
                    deletionProtectionEnabled=False, tags={'Name': 'chores', 'taskops:stack': 'chores'})['identifier']
                """)
            func remove() async throws {
                try await Clients.boto3("us-east-1", "client('dsql').delete_cluster(identifier='\(made.text ?? "")')")
                // It is listed until it is gone.
                try await expectSoon("the other cluster goes") {
                    try await Clients.boto3("us-east-1", "answer = len(client('dsql').list_clusters()['clusters'])").integer == 1
                }
            }
            do { try await body() } catch {
                try await remove()
                throw error
            }
            try await remove()
        }
    }
}
