import AWS
import Basics
import Database
import FoundationEssentials
import Sandbox
import Schema
import TaskSystem
import Terminal
import Views

/// What both schema commands need: the files, who is granted what, and a connection as `admin`.
struct SchemaWork {
    let files: [SchemaFile]
    let variables: SchemaVariables
    let deadline: Deadline
    private let database: DatabaseConfiguration

    /// - Parameter grantsCaller: whether whoever runs this is let in as the console's role too. Apply does; plan asks
    ///   only for what was named, so that it says the same to everybody.
    init(_ options: SchemaCommand.Options, in environment: Environment, grantsCaller: Bool) async throws {
        deadline = .after(options.timeout.duration)
        files = try SchemaFile.load(folder: SchemaFolder.path(named: options.folder, in: environment))
        let session = try Session(options.global, in: environment)
        // Peers share one catalog: whichever Region is asked, the schema is the same.
        guard let regional = session.regions.first else {
            throw Problem(.configuration, "the stack has no Region")
        }
        var consoleRoles = options.consoleRoles
        if grantsCaller,
            let caller = try await Self.caller(
                session.client(in: regional.region), regional.region, othersAreNamed: !consoleRoles.isEmpty,
                deadline: deadline)
        {
            consoleRoles.append(caller)
        }
        variables = try await SchemaVariables(
            processorRoleARNs: Self.processorRoles(session, deadline: deadline), consoleRoleARNs: consoleRoles)
        database = try await session.database(regional, as: "admin", deadline: deadline)
    }

    func connected<Result>(_ body: (DatabaseConnection) async throws -> Result) async throws -> Result {
        try await withDatabaseConnection(database, deadline: deadline, body: body)
    }

    func apply(_ console: Console) async throws {
        try await console.withProgress { progress in
            try await connected { connection in
                try await SchemaApplier(files: files, variables: variables).apply(connection, deadline: deadline) { event in
                    progress.show(SchemaView.progress(event))
                    if let line = SchemaView.line(event) { console.print(line) }
                }
            }
        }
    }

    /// The roles the stack's functions run as, which is what the functions themselves say.
    private static func processorRoles(_ session: Session, deadline: Deadline) async throws -> [String] {
        var roles: [String] = []
        for regional in session.stack.regions {
            let function = try await session.client(in: regional.region).lambda(regional.region).getFunctionConfiguration(
                name: regional.function, deadline: deadline)
            if let role = function.role, !roles.contains(role) { roles.append(role) }
        }
        return roles
    }

    /// Who runs this, as IAM knows them. A session of an assumed role does not tell its role's path, and without the path
    /// a grant would never match (IAM user guide, "IAM identifiers"): that ARN has to be given.
    private static func caller(
        _ client: AWSClient, _ region: String, othersAreNamed: Bool, deadline: Deadline
    ) async throws -> String? {
        let arn = try await client.sts(region).getCallerIdentity(deadline: deadline).arn
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[2] == "sts", parts[5].hasPrefix("assumed-role/") else { return arn }
        if othersAreNamed { return nil }
        let name = parts[5].split(separator: "/")[1]
        throw Problem(
            .usage, "you are a session of the role \(name), whose whole ARN a session does not tell",
            hint: "name it: --console-role-arn \"$(aws iam get-role --role-name \(name) --query Role.Arn --output text)\"")
    }
}
