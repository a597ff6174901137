import ArgumentParser
import Basics
import Configuration
import Runbooks
import Sandbox
import Terminal
import Views

/// `taskops runbook`: the page for an alarm, without leaving the terminal.
struct RunbookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runbook",
        abstract: "Opens the page of runbooks/ that says what to do about an alarm; without a name, lists them.",
        discussion: """
            NAME is a page's name or the beginning of it, or the alarm's name as CloudWatch shows it. On a terminal a long \
            page is shown through $PAGER, otherwise as it stands in the file. Nothing is asked of AWS.

            Exit codes: 0, 1 no such page, 64 bad usage.
            """)

    @OptionGroup var global: GlobalOptions

    @Argument(help: ArgumentHelp("A page or an alarm.", valueName: "name"))
    var name: String?

    @Flag(name: .customLong("path"), help: "Print where the page's file is, and nothing else.")
    var printsPath = false

    func validate() throws {
        if printsPath, name == nil { throw ValidationError("--path needs the name of a page") }
    }

    func run() async throws {
        let environment = Environment.current(global)
        let console = environment.console
        try await Exit.reporting(to: console, failure: 1) {
            let shelf = try RunbookShelf.find(from: folders(in: environment))
            guard let name else { return console.print(RunbookListView.lines(try entries(of: shelf), on: console.output)) }
            let page = try shelf.page(named: name)
            if printsPath { return console.print(StyledText(page.path)) }
            let text = try page.text()
            guard console.output.isTerminal else { return console.pass(text) }
            await Pager(environment.variables).show(RunbookView.lines(text, on: console.output), on: console)
        }
    }

    /// Where one works, then beside taskops.yaml.
    private func folders(in environment: Environment) throws -> [String] {
        var folders = [environment.workingDirectory]
        var file = global.config ?? environment.variables["TASKOPS_CONFIG"]
        if global.sandbox, file == nil { file = try SandboxLocation.find(in: environment).configuration }
        if let file, let slash = file.lastIndex(of: "/") {
            folders.append(file.hasPrefix("/") ? String(file[..<slash]) : "\(environment.workingDirectory)/\(file[..<slash])")
        }
        return folders
    }

    private func entries(of shelf: RunbookShelf) throws -> [(name: String, firstLine: String)] {
        try shelf.pages.map { page in
            (page.name, RunbookPage.firstLine(of: try page.text(), named: page.name))
        }
    }
}
