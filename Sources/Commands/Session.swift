import AWS
import AWSSigning
import Basics
import Configuration
import Database
import Sandbox
import TaskSystem
import Terminal
import Views

/// A stack, and the means to talk to it: made from the flags and the file, before the first call.
struct Session: Sendable {
    let stack: TaskStack
    /// The Regions asked for, or all.
    let regions: [RegionalStack]
    private let clients: [String: AWSClient]
    private let environment: Environment
    private let verbosity: Int

    /// - Parameter quotaShare: how much of AWS's quotas its calls may take; nil for the usual half.
    init(_ options: GlobalOptions, in environment: Environment, quotaShare: Double? = nil) throws {
        self.environment = environment
        verbosity = options.verbose
        var environment = environment
        var configuration = options.config ?? environment.variables["TASKOPS_CONFIG"]
        if options.sandbox {
            let location = try SandboxLocation.find(in: environment)
            environment.variables = try location.overlay(on: environment.variables)
            configuration = options.config ?? location.configuration
        }
        stack = try ConfigurationFile.load(
            ConfigurationFile.locate(explicit: configuration, from: environment.workingDirectory))
        regions = try Self.select(options.regions, from: stack)
        var clients: [String: AWSClient] = [:]
        // One for all Regions: nobody signs in, or types a code, once for each.
        var process = environment.process
        process.observer = environment.observer(verbosity: options.verbose)
        let credentials = CredentialChain(
            environment: process, profile: options.profile, region: stack.regions.first?.region)
        for regional in stack.regions {
            var client = try AWSClient.Configuration(
                environment: process, profile: options.profile, region: regional.region,
                endpointURL: options.endpointURL ?? regional.endpointURL, credentials: credentials)
            client.observer = environment.observer(verbosity: options.verbose)
            if let quotaShare { client.quotaShare = quotaShare }
            clients[regional.region] = AWSClient(client)
        }
        self.clients = clients
    }

    func client(in region: String) -> AWSClient {
        guard let client = clients[region] else { preconditionFailure("\(region) is not a Region of the stack") }
        return client
    }

    /// How to connect to the Region's endpoint of the cluster: the password is a token made for each connection.
    ///
    /// - Parameter role: the configured role, or `admin`, which has an action of its own.
    func database(_ regional: RegionalStack, as role: String, deadline: Deadline) async throws -> DatabaseConfiguration {
        let id = try await ClusterLookup.id(of: regional, client: client(in: regional.region), deadline: deadline)
        return database(regional, cluster: id, as: role)
    }

    /// The same where the cluster's id is known.
    func database(_ regional: RegionalStack, cluster id: ClusterID, as role: String) -> DatabaseConfiguration {
        let client = client(in: regional.region)
        let host = id.endpoint(in: regional.region)
        let region = regional.region
        let action: DSQLToken.Action = role == "admin" ? .connectAdmin : .connect
        var database = DatabaseConfiguration(
            host: host, hostaddr: regional.connection.hostaddr, port: regional.connection.port ?? 5432, user: role,
            sslRootCert: regional.connection.sslRootCert, applicationName: "taskops"
        ) { deadline in
            DSQLToken.make(
                host: host, region: region, action: action,
                credentials: try await client.credentials(deadline: deadline), at: client.signingTime)
        }
        // A refused token may have been made by a wrong clock, and the refusal does not tell AWS's time.
        database.isLoginWorthRepeating = { deadline in await client.hasCorrectedClock(in: region, deadline: deadline) }
        database.observer = environment.observer(of: action, in: region, verbosity: verbosity)
        return database
    }

    private static func select(_ names: [String], from stack: TaskStack) throws -> [RegionalStack] {
        let known = stack.regions.map(\.region)
        for name in names where !known.contains(name) {
            let near = closestMatch(to: name, among: known).map { "did you mean \($0)?" }
            throw Problem(
                .usage, "\(name) is not a Region of stack \(stack.name)",
                hint: near ?? "its Regions: \(known.joined(separator: ", "))")
        }
        return names.isEmpty ? stack.regions : stack.regions.filter { names.contains($0.region) }
    }
}

extension SandboxLocation {
    /// `TASKOPS_SANDBOX` names another folder for the stack's state, so that two can stand beside each other.
    static func find(in environment: Environment) throws -> SandboxLocation {
        try find(
            from: [environment.workingDirectory, environment.programDirectory],
            state: environment.variables["TASKOPS_SANDBOX"])
    }
}
