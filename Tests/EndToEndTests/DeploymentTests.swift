import FoundationEssentials
import TestSupport
import Testing

extension EndToEnd {
    /// `infrastructure/deploy.py` with a template that does not apply, beside the stack that stands.
    @Suite struct DeploymentTests {
        @Test("a template CloudFormation cannot read: 1, one line and what to do, and nothing was made")
        func unreadableTemplate() async throws {
            try await deploy {
                $0 + "\nOutputs: [\n"
            } check: { ended in
                #expect(ended.error.contains("GetTemplateSummary"), "\(ended.error)")
            }
        }

        @Test("a template whose resource is refused: 1, the resource is named, and what was made is removed again")
        func refusedResource() async throws {
            try await deploy {
                $0.replacing("source: [task.management]", with: "source: task.management")
            } check: { ended in
                #expect(ended.error.contains("ProcessingRule"), "\(ended.error)")
            }
        }

        // MARK: -

        private func deploy(change: (String) -> String, check: (Ended) throws -> Void) async throws {
            try await Folder.with { folder in
                let copy = folder + "/infrastructure"
                try FileManager.default.copyItem(atPath: Repository.root + "/infrastructure", toPath: copy)
                let template = copy + "/stack.yaml"
                let original = try String(contentsOfFile: template, encoding: .utf8)
                let changed = change(original)
                try #require(changed != original)
                try Data(changed.utf8).write(to: URL(filePath: template))

                let before = try await inventory()
                let ended = try await Programs.run(
                    Programs.venv + "/python",
                    [
                        copy + "/deploy.py", "--function-zip", Repository.root + "/.taskops/task-processor.zip", "--stack",
                        "second",
                        "--environment", "broken", "--timeout", "1m",
                    ], variables: LocalStack.current.variables)
                #expect(ended.exit == 1)
                #expect(ended.error.contains("next: "), "\(ended.error)")
                try check(ended)
                // A cluster is listed until its deletion has come to an end.
                try await expectSoon("everything that was made is gone again") { try await inventory() == before }
            }
            #expect(try await CanaryJSON.run().exit == 0)
        }

        /// Everything a deployment makes, by name, in both Regions.
        private func inventory() async throws -> JSONValue {
            try await Clients.boto3(
                "us-east-1",
                """
                answer = []
                for region in ("us-east-1", "us-west-2"):
                    def of(service): return boto3.client(service, region_name=region)
                    answer += [
                        sorted(s["StackName"] for s in of("cloudformation").describe_stacks()["Stacks"]),
                        sorted(b["Name"] for b in of("events").list_event_buses()["EventBuses"]),
                        sorted(f["FunctionName"] for f in of("lambda").list_functions()["Functions"]),
                        sorted(of("sqs").list_queues().get("QueueUrls", [])),
                        sorted(g["logGroupName"] for g in of("logs").describe_log_groups()["logGroups"]),
                        sorted(c["identifier"] for c in of("dsql").list_clusters()["clusters"]),
                    ]
                answer += [
                    sorted(r["RoleName"] for r in client("iam").list_roles()["Roles"]),
                    sorted(b["Name"] for b in client("s3").list_buckets()["Buckets"]),
                ]
                """)
        }
    }
}
