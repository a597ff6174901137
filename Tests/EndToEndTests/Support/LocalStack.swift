import Basics
import Configuration
import FoundationEssentials
import TaskSystem
import TestSupport

/// The stack that is up while the tests run.
struct LocalStack: Sendable {
    @TaskLocal static var shared: LocalStack?

    /// What `taskops sandbox env` names.
    let variables: [String: String]
    let configuration: TaskStack

    /// Which of the tests' stacks is meant: one serves them all but those that need an hour without failures.
    @TaskLocal static var name = "end-to-end"

    /// A fixed place, not a random one: what a run that was killed left behind, the next one takes away.
    static var directory: String { Repository.root + "/.taskops/" + name }

    static let schema = Repository.root + "/schema"

    /// The stack of the running test.
    static var current: LocalStack {
        guard let shared else { preconditionFailure("only tests inside EndToEnd have a local stack") }
        return shared
    }

    static func withUp(_ body: (LocalStack) async throws -> Void) async throws {
        try await down()
        let up = try await Console.run("sandbox", "up")
        guard up.exit == 0 else {
            throw Problem(
                .failed, "taskops sandbox up ended with \(up.exit)", cause: up.error + up.output, hint: "make setup function")
        }
        do {
            let stack = try LocalStack(at: directory)
            // Lambda waits a minute and then two before it tries again; tests do not.
            try await stack.control.set(["lambdaRetryScale": 0.001, "deliveryRetryScale": 0.001])
            try await body(stack)
        } catch {
            try? await down()
            throw error
        }
        try await down()
    }

    init(at directory: String) throws {
        var variables: [String: String] = [:]
        for line in try String(contentsOfFile: directory + "/env", encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { variables[parts[0]] = parts[1] }
        }
        self.variables = variables
        configuration = try ConfigurationFile.load(directory + "/taskops.yaml")
    }

    var configurationFile: String { variables["TASKOPS_CONFIG"] ?? "" }
    var control: Control { Control(address: variables["TASKOPS_SANDBOX_CONTROL"] ?? "") }

    func region(_ name: String) -> RegionalStack {
        guard let found = configuration.regions.first(where: { $0.region == name }) else {
            preconditionFailure("the stack has no Region \(name)")
        }
        return found
    }

    /// The name of a Region's database endpoint.
    func clusterHost(_ name: String) -> String {
        guard case .id(let id) = region(name).cluster else { preconditionFailure("the sandbox names clusters by id") }
        return id.endpoint(in: name)
    }

    private static func down() async throws {
        let down = try await Console.run("sandbox", "down")
        guard down.exit == 0 else {
            throw Problem(.failed, "taskops sandbox down ended with \(down.exit)", cause: down.error)
        }
    }
}
