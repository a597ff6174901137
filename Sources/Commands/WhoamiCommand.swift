import AWS
import ArgumentParser
import Basics
import Sandbox
import Terminal
import Views

/// `taskops whoami`: which account, identity and Region hold here, and where each comes from.
struct WhoamiCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Shows account, identity and Region, and which setting each comes from.",
        discussion: "It needs no taskops.yaml. Exit codes: 0, 1 error, 64 bad usage.")

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("The longest it may take.", valueName: "time"))
    var timeout = DurationArgument(argument: "30s")!

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var output: ReportFormat = .text

    func validate() throws {
        if global.regions.count > 1 { throw ValidationError("whoami takes one --region") }
    }

    func run() async throws {
        var environment = Environment.current(global)
        let console = environment.console
        try await Exit.reporting(to: console, failure: 1) {
            if global.sandbox {
                environment.variables = try SandboxLocation.find(in: environment).overlay(on: environment.variables)
            }
            let identity = try await identity(in: environment)
            switch output {
            case .text: console.print(WhoamiView.lines(identity))
            case .json: console.print(StyledText(try JSONView.document(identity)))
            }
        }
    }

    private func identity(in environment: Environment) async throws -> Identity {
        var process = environment.process
        process.observer = environment.observer(verbosity: global.verbose)
        let deadline = Deadline.after(timeout.duration)
        let chain = CredentialChain(environment: process, profile: global.profile, region: global.regions.first)
        let shared = try SharedConfig(process, profile: global.profile)
        var settings = try AWSClient.Configuration(
            environment: process, profile: global.profile, region: global.regions.first, endpointURL: global.endpointURL,
            credentials: chain)
        settings.observer = process.observer
        let found = try await chain.find(deadline: deadline)
        let caller = try await AWSClient(settings).sts(settings.region).getCallerIdentity(deadline: deadline)
        let region = shared.regionChoice(flag: global.regions.first, process)
        return Identity(
            account: caller.account, arn: caller.arn, credentials: found.source, region: settings.region,
            regionSource: region?.source ?? "the default")
    }
}
