import AWS
import AWSSigning
import Basics
import Configuration
import Discovery
import FoundationEssentials
import Sandbox
import TaskSystem

/// An account, and the means to look through its Regions: made from the flags alone, before any stack is known.
struct AccountSession: Sendable {
    /// Where to begin: the Regions asked for, or all in which DSQL peers clusters.
    let regions: [String]
    let isEverywhere: Bool
    /// Of the file that `--config` names: what AWS knows nothing of, by Region.
    let kept: [String: StackDraft.Kept]
    private let process: ProcessEnvironment
    private let profile: String?
    private let endpointURL: String?
    private let credentials: CredentialChain

    init(_ options: GlobalOptions, in environment: Environment) throws {
        var environment = environment
        var configuration = options.config
        if let named = environment.variables["TASKOPS_CONFIG"], configuration == nil {
            // It may well name the file that is now to be written.
            configuration = FileManager.default.fileExists(atPath: named) ? named : nil
        }
        if options.sandbox {
            let location = try SandboxLocation.find(in: environment)
            environment.variables = try location.overlay(on: environment.variables)
            configuration = options.config ?? location.configuration
        }
        for region in options.regions where !AWSRegions.all.contains(region) {
            let near = closestMatch(to: region, among: AWSRegions.all).map { "did you mean \($0)?" }
            throw Problem(.usage, "\(region) is no AWS Region", hint: near ?? "the form is us-east-1")
        }
        kept = try Self.kept(configuration, from: environment.workingDirectory)
        isEverywhere = options.regions.isEmpty
        regions =
            options.regions.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
            .nonEmpty ?? AccountSurvey.dsqlRegions
        var process = environment.process
        process.observer = environment.observer(verbosity: options.verbose)
        self.process = process
        profile = options.profile
        endpointURL = options.endpointURL
        credentials = CredentialChain(environment: process, profile: profile, region: regions.first)
    }

    func client(in region: String) throws -> AWSClient {
        var settings = try AWSClient.Configuration(
            environment: process, profile: profile, region: region,
            endpointURL: endpointURL ?? kept[region]?.endpointURL, credentials: credentials)
        settings.observer = process.observer
        return AWSClient(settings)
    }

    /// Whose account it is. Nobody may be refused this, so it also says first whether the credentials hold.
    func account(deadline: Deadline) async throws -> String {
        try await client(in: regions[0]).sts(regions[0]).getCallerIdentity(deadline: deadline).account
    }

    private static func kept(_ file: String?, from folder: String) throws -> [String: StackDraft.Kept] {
        guard let file else { return [:] }
        let path = try ConfigurationFile.locate(explicit: file, from: folder)
        var all: [String: StackDraft.Kept] = [:]
        for regional in try ConfigurationFile.load(path).regions {
            var connection = regional.connection
            // The new file may lie in another folder.
            connection.sslRootCert = connection.sslRootCert.map { $0.hasPrefix("/") ? $0 : "\(folder)/\($0)" }
            let kept = StackDraft.Kept(
                connection: connection, endpointURL: regional.endpointURL, variables: regional.variables, file: path)
            guard connection != ConnectionOverride() || kept.endpointURL != nil || !kept.variables.isEmpty else { continue }
            all[regional.region] = kept
        }
        return all
    }
}

extension Array {
    fileprivate var nonEmpty: Self? { isEmpty ? nil : self }
}
