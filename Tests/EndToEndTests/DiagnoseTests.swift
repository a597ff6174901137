import FoundationEssentials
import Testing

extension EndToEnd {
    /// A few of the faults of `make fault-table`, made and mended as people do it.
    @Suite struct DiagnoseTests {
        struct Fault: Sendable, CustomTestStringConvertible {
            var name: String
            /// Of the first finding.
            var link: String
            var code: String
            var exit: Int32
            var testDescription: String { name }

            static let all = [
                Fault(name: "bus-misspelt", link: "bus", code: "bus-missing", exit: 2),
                Fault(name: "rule-deleted", link: "rule", code: "rule-missing", exit: 2),
                Fault(name: "pattern-narrowed", link: "pattern", code: "pattern-rejects-event", exit: 2),
                Fault(name: "permission-other-rule", link: "permission", code: "permission-missing", exit: 2),
                Fault(name: "function-environment", link: "function", code: "function-other-cluster", exit: 2),
                Fault(name: "failure-queue-refuses", link: "failureQueue", code: "queue-policy-denies-function", exit: 2),
                Fault(name: "cluster-not-active", link: "cluster", code: "cluster-failed", exit: 2),
                Fault(name: "tls-wrong", link: "tls", code: "database-tls", exit: 3),
                Fault(name: "token-refused", link: "token", code: "database-login-refused", exit: 3),
                Fault(name: "role-missing", link: "role", code: "database-role-not-granted", exit: 3),
                Fault(name: "table-missing", link: "table", code: "tasks-missing", exit: 2),
                Fault(name: "peer-unreachable", link: "peer", code: "peer-unreachable", exit: 2),
                Fault(name: "credentials-expired", link: "credentials", code: "credentials-refused", exit: 3),
            ]
        }

        @Test("a fault that stands is named, and mended it is gone", arguments: Fault.all)
        func standing(fault: Fault) async throws {
            for region in ["us-east-1", "us-west-2"] { try await Queues.purge(region) }
            // What earlier tests had the function fail at is over once an event has passed.
            try await expectSoon("the stack is at rest") { try await CanaryJSON.run("--region", "us-east-1").exit == 0 }
            let broken = try await Console.run("sandbox", "break", fault.name, "--region", "us-east-1")
            #expect(broken.exit == 0, "\(broken.error)")
            let named = try await Diagnosis.run("--region", "us-east-1")
            let mended = try await Console.run("sandbox", "mend")
            #expect(mended.exit == 0, "\(mended.error)")
            #expect(named.exit == fault.exit, "\(named.document)")
            #expect(named.first?["link"]?.text == fault.link)
            #expect(named.first?["code"]?.text == fault.code)
            #expect(named.first?["next"]?.text?.isEmpty == false)
            let well = try await Diagnosis.run()
            #expect(well.exit == 0, "\(well.document)")
            #expect(well.first == nil)
        }

        @Test("what the function did with an event is told by its id")
        func byEvent() async throws {
            try await Queues.purge()
            _ = try await Console.run("sandbox", "break", "function-failing", "--region", "us-east-1")
            let canary = try await CanaryJSON.run("--region", "us-east-1", "--timeout", "4s", "--slow-after", "3s")
            let event = try #require(canary.taskID)
            let named = try await Diagnosis.run("--region", "us-east-1", "--event", event)
            _ = try await Console.run("sandbox", "mend")
            #expect(canary.cause?["code"] == "function-failing")
            #expect(canary.exit == 2)
            #expect(named.first?["code"] == "function-failing")
            #expect(named.first?["certainty"] == "certain")
            #expect(named.region["fate"] == "failed")
            let typed = try await Clients.type(named.first?["next"]?.text)
            #expect(typed.output.contains(event), "\(typed.error)")
            try await expectSoon("the stack is at rest") { try await CanaryJSON.run("--region", "us-east-1").exit == 0 }
        }

        @Test("what could not be looked at is no finding, and no all-clear: 3")
        func couldNotLook() async throws {
            _ = try await Console.run("sandbox", "break", "look-refused", "--region", "us-east-1")
            let blind = try await Diagnosis.run("--region", "us-east-1")
            _ = try await Console.run("sandbox", "mend")
            #expect(blind.exit == 3)
            #expect(blind.first?["link"] != "rule")
            let rule = blind.region["links"]?.items.first { $0["link"] == "rule" }
            #expect(rule?["state"] == "notLooked")
            #expect(rule?["next"] == "taskops permissions diagnose")
        }

        @Test("a fault nobody knows is 64, with the one that was meant; --list has one name a line")
        func names() async throws {
            let typo = try await Console.run("sandbox", "break", "rule-dsabled")
            #expect(typo.exit == 64)
            #expect(typo.error.contains("did you mean rule-disabled?"))
            let list = try await Console.run("sandbox", "break", "--list")
            #expect(list.lines.count >= 30)
            #expect(list.lines.allSatisfy { $0.allSatisfy { $0.isLowercase || $0 == "-" } })
            for fault in Fault.all { #expect(list.lines.contains(fault.name)) }
        }

        /// The report as any program reads it.
        struct Diagnosis {
            let exit: Int32
            let document: JSONValue
            /// Of the first Region in the report.
            let region: JSONValue
            var first: JSONValue? { region["findings"]?.items.first }

            static func run(_ arguments: String...) async throws -> Diagnosis {
                let ended = try await Programs.run(
                    Console.path, ["--sandbox", "diagnose", "--output", "json"] + arguments)
                let document = try JSONValue(ended.output)
                return Diagnosis(
                    exit: ended.exit, document: document,
                    region: try #require(document["regions"]?.items.first, "\(ended.output)\(ended.error)"))
            }
        }
    }
}
