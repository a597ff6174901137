import AWS
import Basics
import Configuration
import Sandbox
import Tailing
import TaskSystem

/// Which log groups are meant, and the clients that read them.
///
/// Names with a `--region`, and ARNs, need no taskops.yaml; where there is one, its endpoints hold for its Regions.
struct TailSelection {
    var groups: [LogGroupReference]
    var clients: [String: AWSClient]
    /// What a cursor belongs to.
    var scope: String

    /// What was typed, checked without a call.
    enum Name: Hashable {
        /// A name, or a pattern with `*` and `?`.
        case name(String)
        case group(LogGroupReference)

        /// Source of the letters and the length: botocore's model of CloudWatch Logs, `LogGroupName`.
        init(_ text: String) throws(Problem) {
            let parts = text.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false)
            if text.hasPrefix("arn:") {
                let name = parts.count == 7 ? String(parts[6].hasSuffix(":*") ? parts[6].dropLast(2) : parts[6]) : ""
                guard parts.count == 7, parts[2] == "logs", parts[5] == "log-group", !parts[3].isEmpty, Self.isName(name) else {
                    throw Problem(
                        .usage, "\(text) is no ARN of a log group",
                        hint: "such as arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/task-processor")
                }
                let arn = parts[..<6].joined(separator: ":") + ":" + name
                self = .group(LogGroupReference(region: String(parts[3]), name: name, arn: arn))
                return
            }
            guard Self.isName(text.filter { $0 != "*" && $0 != "?" }) || text.allSatisfy({ $0 == "*" }) && !text.isEmpty else {
                throw Problem(
                    .usage, "\(text.isEmpty ? "''" : text) is no name of a log group",
                    hint: "names have letters, digits and . - _ / #; * and ? stand for any")
            }
            self = .name(text)
        }

        private static func isName(_ text: String) -> Bool {
            (1...512).contains(text.utf8.count)
                && text.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || ".-_/#".utf8.contains(byte)
                }
        }
    }

    init(_ names: [Name], _ global: GlobalOptions, in environment: Environment) async throws {
        let stands = names.allSatisfy { if case .group = $0 { true } else { !global.regions.isEmpty } }
        if names.isEmpty || !stands || Self.hasConfiguration(global, environment) {
            try await self.init(names, of: Self.stack(names, global, environment), global, environment)
        } else {
            try await self.init(names, of: nil, global, environment)
        }
    }

    // MARK: -

    private init(
        _ names: [Name], of session: Session?, _ global: GlobalOptions, _ environment: Environment
    ) async throws {
        scope = session?.stack.name ?? "log groups"
        let regions = global.regions.isEmpty ? session?.regions.map(\.region) ?? [] : global.regions
        groups = []
        for name in names {
            switch name {
            case .name(let name): groups += regions.map { LogGroupReference(region: $0, name: name) }
            case .group(let group): groups.append(group)
            }
        }
        if names.isEmpty, let session { groups = try await Self.functionGroups(session) }
        // The same one named twice is shown once.
        var known: Set<LogGroupReference> = []
        groups = groups.filter { known.insert($0).inserted }
        clients = [:]
        var environment = environment
        if global.sandbox {
            environment.variables = try SandboxLocation.find(in: environment).overlay(on: environment.variables)
        }
        let process = environment.process
        for region in Set(groups.map(\.region)).sorted() {
            if let session, session.stack.regions.contains(where: { $0.region == region }) {
                clients[region] = session.client(in: region)
                continue
            }
            var settings = try AWSClient.Configuration(
                environment: process, profile: global.profile, region: region, endpointURL: global.endpointURL,
                credentials: CredentialChain(environment: process, profile: global.profile, region: region))
            settings.observer = environment.observer(verbosity: global.verbose)
            settings.quotaShare = LogTail.quotaShare
            clients[region] = AWSClient(settings)
        }
    }

    /// Where the stack's functions log: their own settings say it.
    private static func functionGroups(_ session: Session) async throws -> [LogGroupReference] {
        try await session.regions.boundedMap { regional in
            await Exit.result {
                let function = try await session.client(in: regional.region).lambda(regional.region)
                    .getFunctionConfiguration(name: regional.function, deadline: .after(.seconds(10)))
                return LogGroupReference(
                    region: regional.region, name: function.loggingConfig?.logGroup ?? "/aws/lambda/\(regional.function)")
            }
        }.map { try $0.get() }
    }

    /// Names may be of any Region, also of one that the stack is not in; without a name only the stack's make sense.
    private static func stack(_ names: [Name], _ global: GlobalOptions, _ environment: Environment) throws -> Session {
        var global = global
        if !names.isEmpty { global.regions = [] }
        return try Session(global, in: environment, quotaShare: LogTail.quotaShare)
    }

    private static func hasConfiguration(_ global: GlobalOptions, _ environment: Environment) -> Bool {
        let explicit = global.config ?? environment.variables["TASKOPS_CONFIG"]
        return global.sandbox || explicit != nil
            || (try? ConfigurationFile.locate(explicit: nil, from: environment.workingDirectory)) != nil
    }
}
