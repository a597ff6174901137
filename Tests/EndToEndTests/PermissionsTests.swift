import FoundationEssentials
import Permissions
import Testing

extension ConsoleEndToEnd {
    /// `taskops permissions` prints enough and no more: the local stack's IAM is the judge of the first, its record of
    /// calls of the second.
    @Suite struct PermissionsTests {
        @Test("with the printed policy alone a canary gets through, and a lost one is still explained")
        func policyIsEnough() async throws {
            let keys = try await user("just-canary", policy: try await printed("canary"))
            #expect(try await canary(keys).exit == 0)
            try await Clients.boto3(
                "us-east-1", "client('events').disable_rule(Name='task-processing-rule', EventBusName='task-events-dev')")
            let lost = try await canary(keys)
            try await Clients.boto3(
                "us-east-1", "client('events').enable_rule(Name='task-processing-rule', EventBusName='task-events-dev')")
            #expect(lost.exit == 2)
            #expect(lost.output.contains("DISABLED"), "\(lost.output)")
        }

        @Test("without the right to connect, the canary cannot tell")
        func withoutConnecting() async throws {
            let policy = try await printed("canary").replacing("\"dsql:DbConnect\"", with: "\"dsql:GetCluster\"")
            let keys = try await user("one-less", policy: policy)
            #expect(try await canary(keys).exit == 3)
        }

        @Test("what a canary, a schema plan and a tail call is what the table of permissions says, and nothing else")
        func nothingElseIsCalled() async throws {
            for (command, arguments) in [
                ("canary", ["canary"]), ("schema", ["schema", "plan"]), ("tail", ["tail", "--no-follow"]),
                ("tail", ["tail", "/aws/lambda/*", "--no-follow"]),
            ] {
                let control = LocalStack.current.control
                let before = try await control.calls()
                _ = try await Programs.run(Console.path, ["--sandbox"] + arguments)
                let called = try await control.calls().filter { $0.value > before[$0.key] ?? 0 }.keys
                let allowed = Set((CommandActions.all[command] ?? []).map(\.action))
                #expect(!called.isEmpty)
                // Anybody may ask who they are: IAM has no right to give or withhold for it.
                for call in called where call != "sts:GetCallerIdentity" {
                    #expect(allowed.contains(call), "\(command) called \(call)")
                }
            }
        }

        // MARK: -

        private func printed(_ command: String) async throws -> String {
            let ended = try await Console.run("--sandbox", "permissions", command)
            #expect(ended.exit == 0, "\(ended.error)")
            return ended.output
        }

        private func user(_ name: String, policy: String) async throws -> Users.Keys {
            let statements = try #require(try JSONValue(policy)["Statement"])
            let keys = try await Users.create(name, allow: String(decoding: try JSONEncoder().encode(statements), as: UTF8.self))
            let grant = try await Console.run("--sandbox", "schema", "apply", "--console-role-arn", keys.arn)
            #expect(grant.exit == 0, "\(grant.error)")
            return keys
        }

        private func canary(_ keys: Users.Keys) async throws -> Ended {
            let stack = LocalStack.current
            return try await Programs.run(
                Console.path,
                [
                    "canary", "--config", stack.configurationFile, "--region", "us-east-1", "--timeout", "4s", "--slow-after",
                    "3s",
                ],
                variables: keys.variables.merging(["AWS_ENDPOINT_URL": stack.variables["AWS_ENDPOINT_URL"] ?? ""]) { own, _ in own
                })
        }
    }
}
