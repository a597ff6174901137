import AWS
import ArgumentParser
import Basics

/// Where a canary's result goes, besides its exit code: one form on standard output, and any of the others at once.
struct CanaryOutputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "text, json, nagios (a plugin's line with figures) or emf (metrics for CloudWatch Logs).", valueName: "format"))
    var output: CanaryFormat = .text

    @Option(help: ArgumentHelp("Write a file for Prometheus' node exporter, such as DIR/taskops.prom.", valueName: "file"))
    var textfile: String?

    @Flag(help: "Put the figures into CloudWatch, namespace TaskOps/Canary, in each Region.")
    var metrics = false

    @Option(help: ArgumentHelp("Send the figures to this OpenTelemetry collector (OTLP over HTTP, JSON).", valueName: "url"))
    var otlp: String?

    @Option(
        help: ArgumentHelp(
            "Ping this address in the healthchecks.io manner: /start, then success or /fail. It is a secret: better set TASKOPS_PING_URL.",
            valueName: "url"))
    var ping: String?

    /// How long sending may take, after the run's own time.
    static let patience = Duration.seconds(5)

    func validate() throws {
        // The parser's own words would show the address.
        if let ping, URLAddress(ping) == nil { throw ValidationError("--ping takes an http or https URL; it is not shown here") }
        if let otlp, URLAddress(otlp) == nil { throw ValidationError("--otlp takes an http or https URL") }
        if let textfile, !textfile.hasSuffix(".prom") {
            throw ValidationError("--textfile takes a file that ends in .prom: the node exporter reads no others")
        }
    }

    /// The address to ping, from the flag or the environment.
    func pingURL(_ variables: [String: String]) throws(Problem) -> Secret<String>? {
        if let ping { return Secret(ping) }
        guard let address = variables["TASKOPS_PING_URL"], !address.isEmpty else { return nil }
        guard URLAddress(address) != nil else {
            throw Problem(.usage, "TASKOPS_PING_URL is no http or https URL; it is not shown here")
        }
        return Secret(address)
    }

    /// Whether somebody else than the reader of standard output waits for the result, also when nobody could tell.
    var goesElsewhere: Bool { textfile != nil || metrics || otlp != nil || ping != nil }

    /// Whether anything is to be sent anywhere.
    func sends(_ variables: [String: String]) -> Bool {
        metrics || otlp != nil || ping != nil || variables["TASKOPS_PING_URL"]?.isEmpty == false
    }
}

enum CanaryFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, nagios, emf
}
