package import Basics
import TaskSystem

/// What the function is told by its environment variables.
///
/// The variables are handed in as a dictionary: only the executable reads the process's own.
package struct ProcessorConfiguration: Sendable {
    package var stack: String
    package var environment: String
    package var bus: String
    /// The host name of this Region's DSQL endpoint, `ID.dsql.REGION.on.aws`.
    package var clusterEndpoint: String
    package var databaseRole: String
    /// Lambda sets it: the Region the function runs in.
    package var region: String
    /// What the function is called in its connections and log lines.
    package var functionName: String
    package var logLevel: FunctionLog.Level
    /// libpq's own overrides, for a stack whose endpoint is not where its name resolves to.
    package var hostaddr: String?
    package var port: Int
    package var sslRootCert: String?

    /// - Throws: ``Problem`` of the kind `configuration`, which names the variable.
    package init(variables: [String: String]) throws(Problem) {
        func present(_ name: String) -> String? {
            variables[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        func required(_ name: String, _ meaning: String) throws(Problem) -> String {
            guard let value = present(name) else {
                throw Problem(
                    .configuration, "the environment variable \(name) is not set", cause: "it holds \(meaning)",
                    hint: "set it in the function's configuration; infrastructure/stack.yaml does")
            }
            return value
        }
        stack = try required(ProcessorVariable.stackName.rawValue, "the name of the stack")
        environment = try required(ProcessorVariable.environment.rawValue, "the environment's name")
        bus = try required(ProcessorVariable.bus.rawValue, "the bus that notifications go to")
        clusterEndpoint = try required(
            ProcessorVariable.clusterEndpoint.rawValue, "the host name of the DSQL cluster's endpoint in this Region")
        databaseRole = try required(ProcessorVariable.databaseRole.rawValue, "the database role of the function")
        region = try required("AWS_REGION", "the Region, and Lambda sets it")
        functionName = present("AWS_LAMBDA_FUNCTION_NAME") ?? "task-processor"
        // A level nobody knows must not silence the function.
        logLevel = present("AWS_LAMBDA_LOG_LEVEL").flatMap { FunctionLog.Level(word: $0) } ?? .info
        hostaddr = present("PGHOSTADDR")
        sslRootCert = present("PGSSLROOTCERT")
        port = 5432
        if let text = present("PGPORT") {
            guard let number = UInt16(text), number > 0 else {
                throw Problem(
                    .configuration, "the environment variable PGPORT is not a port number",
                    hint: "set it to a number from 1 to 65535, or remove it")
            }
            port = Int(number)
        }
    }
}
