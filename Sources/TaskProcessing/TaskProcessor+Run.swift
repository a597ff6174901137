import AWS
import AWSSigning
import Basics
import Database
import FoundationEssentials

/// What the executable does: put the parts together, and run the loop.
extension TaskProcessor {
    /// - Parameters:
    ///   - variables: the process's environment.
    ///   - readFile: for credentials that stand in files; Lambda's stand in variables.
    ///   - write: takes one log line.
    /// - Returns: the process's exit status; Lambda starts a new process when it ends.
    package static func run(
        variables: [String: String], readFile: @escaping @Sendable (String) throws -> String?,
        write: @escaping @Sendable (String) -> Void
    ) async -> Int32 {
        let now: @Sendable () -> Date = { Date() }
        let startLog = FunctionLog(threshold: .info, now: now, write: write)
        guard let address = variables["AWS_LAMBDA_RUNTIME_API"], !address.isEmpty else {
            startLog(
                .fatal,
                "the environment variable AWS_LAMBDA_RUNTIME_API is not set; this program is the bootstrap of a Lambda function")
            return 1
        }
        let runtime = RuntimeClient(address: address)
        let configuration: ProcessorConfiguration
        let client: AWSClient
        do throws(Problem) {
            configuration = try ProcessorConfiguration(variables: variables)
            client = AWSClient(
                try AWSClient.Configuration(
                    environment: ProcessEnvironment(variables: variables, readFile: readFile), region: configuration.region))
        } catch {
            startLog(.fatal, "\(error.description)")
            try? await runtime.failInitialization(InvocationFailure(errorType: "ConfigurationError", message: error.description))
            return 1
        }
        let log = FunctionLog(threshold: configuration.logLevel, now: now, write: write)
        let processor = TaskProcessor(configuration, client: client, log: log, now: now)
        do {
            try await Bootstrap(runtime: runtime, log: log, now: now).run { (invocation, deadline) throws(InvocationFailure) in
                try await processor.handle(invocation, deadline: deadline)
            }
            return 0
        } catch {
            log(.fatal, "the loop ended", ["error": .text(String(describing: error))])
            return 1
        }
    }

    private init(
        _ configuration: ProcessorConfiguration, client: AWSClient, log: FunctionLog, now: @escaping @Sendable () -> Date
    ) {
        let store = TaskStore(database: ReconnectingDatabase(configuration.database(client: client, now: now)))
        let notifier = Notifier(now: now, publish: Notifier.bus(configuration.bus, in: configuration.region, client: client))
        self.init(
            events: EventHandler(store: store, notifier: notifier, region: configuration.region, now: now),
            requests: RequestHandler(store: store, notifier: notifier, region: configuration.region, now: now),
            log: log)
    }
}

extension ProcessorConfiguration {
    /// Each new connection gets a token of its own. Making one is computation alone, so there is nothing to keep.
    fileprivate func database(client: AWSClient, now: @escaping @Sendable () -> Date) -> DatabaseConfiguration {
        DatabaseConfiguration(
            host: clusterEndpoint, hostaddr: hostaddr, port: port, user: databaseRole, sslRootCert: sslRootCert,
            applicationName: functionName
        ) { [clusterEndpoint, region] deadline in
            DSQLToken.make(
                host: clusterEndpoint, region: region, action: .connect,
                credentials: try await client.credentials(deadline: deadline),
                at: now())
        }
    }
}
