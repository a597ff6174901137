import AWS
import ArgumentParser
import Basics
import FoundationEssentials
import Permissions
import TaskSystem
import Terminal
import Views

/// `taskops permissions`: the IAM policy that chosen commands need, and nothing more.
struct PermissionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "permissions",
        abstract: "Prints the IAM policy that these commands need on this stack.",
        discussion: """
            Without a command, that of all of them but init, which looks through an account before there is a stack: its \
            policy is asked for by name, and needs no taskops.yaml. Exit codes: 0, 1 error, 64 bad usage.
            """)

    @OptionGroup var global: GlobalOptions

    @Argument(help: ArgumentHelp("Commands as typed, such as canary.", valueName: "command"))
    var commands: [String] = []

    @Option(help: ArgumentHelp("The account's twelve digits [default: that of the credentials in use].", valueName: "id"))
    var account: String?

    @Option(help: ArgumentHelp("The longest that asking for the account may take.", valueName: "time"))
    var timeout = DurationArgument(argument: "30s")!

    func validate() throws {
        let known = CommandActions.all.keys.sorted()
        for command in commands where !known.contains(command) {
            let near = closestMatch(to: command, among: known).map { "; did you mean \($0)?" } ?? ""
            throw ValidationError("\(command) is none of \(known.joined(separator: ", "))\(near)")
        }
        if let account, account.count != 12 || !account.allSatisfy({ $0.isASCII && $0.isWholeNumber }) {
            throw ValidationError("--account takes twelve digits")
        }
    }

    func run() async throws {
        let environment = Environment.current(global)
        try await Exit.reporting(to: environment.console, failure: 1) {
            let policy =
                !commands.isEmpty && CommandActions.beforeStack.isSuperset(of: commands)
                ? try await searchPolicy(environment) : try await stackPolicy(environment)
            environment.console.print(StyledText(try JSONView.document(policy)))
        }
    }

    private func stackPolicy(_ environment: Environment) async throws -> PermissionPolicy {
        let session = try Session(global, in: environment)
        let everyday = CommandActions.all.keys.filter { !CommandActions.beforeStack.contains($0) }.sorted()
        return PermissionPolicy(
            commands: commands.isEmpty ? everyday : commands, stack: session.stack, regions: session.regions,
            account: try await account(session))
    }

    private func searchPolicy(_ environment: Environment) async throws -> PermissionPolicy {
        let session = try AccountSession(global, in: environment)
        let account = if let account { account } else { try await session.account(deadline: .after(timeout.duration)) }
        return PermissionPolicy(searching: commands, region: session.regions[0], account: account)
    }

    private func account(_ session: Session) async throws -> String {
        if let account { return account }
        guard let first = session.regions.first else { throw Problem(.configuration, "the stack has no Region") }
        return try await session.client(in: first.region).sts(first.region)
            .getCallerIdentity(deadline: .after(timeout.duration)).account
    }
}
