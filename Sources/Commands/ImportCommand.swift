import AWS
import ArgumentParser
import Basics
import FoundationEssentials
import Monitoring
import TaskSystem
import Terminal
import Views

/// `taskops import`: files from what is live.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Writes files for alarms, dashboards and log groups that are live.",
        discussion: """
            Without names: what carries the stack's tag. Variables of taskops.yaml are put back, what is the same in several \
            Regions is written once, and what is at AWS's default is left out. What the files describe already is left out \
            as well. No file is overwritten without --force.

            Exit codes: 0 written, 1 error, nothing found, or not all could be looked at, 64 bad usage.
            """)

    @OptionGroup var global: GlobalOptions

    @Argument(help: ArgumentHelp("What has this name, or fits it where it has a *.", valueName: "name"))
    var names: [String] = []

    @Flag(help: "What carries the stack's tag; this is so without names and --prefix.")
    var stack = false

    @Option(help: ArgumentHelp("What begins so, whoever made it.", valueName: "beginning"))
    var prefix: String?

    @Option(help: ArgumentHelp("Write below this folder [default: that of taskops.yaml].", valueName: "folder"))
    var to: String?

    @Flag(help: "Write over files that are there already.")
    var force = false

    @Option(help: ArgumentHelp("The longest it may take.", valueName: "time"))
    var timeout = DurationArgument(argument: "2m")!

    func validate() throws {
        let ways = [!names.isEmpty, stack, prefix != nil].count { $0 }
        if ways > 1 { throw ValidationError("give names, or --prefix, or --stack") }
        if prefix?.isEmpty == true { throw ValidationError("--prefix '' would take all there is; give a beginning") }
    }

    func run() async throws {
        let environment = Environment.current(global)
        let console = environment.console
        try await Exit.reporting(to: console, failure: 1) {
            let work = try await ImportWork(self, in: environment)
            let found = try await console.withProgress { line in
                let progress = LiveProgressLine(line)
                return try await work.reader.read(selection, deadline: work.deadline) { progress.add($0) }
            }
            let draft = try work.draft(found)
            try write(draft.files, below: work.folder)
            console.print(ImportView.lines(draft.files, known: draft.known, below: to))
            let problems = found.problems + work.notFound(found, draft)
            for problem in problems { console.say(ProblemView.line(problem)) }
            if !problems.isEmpty { throw ExitCode(1) }
        }
    }

    var selection: ImportSelection {
        if let prefix { return .prefix(prefix) }
        return names.isEmpty ? .stack : .names(names)
    }

    /// All of them, or none where one is there already.
    private func write(_ files: [ImportedFile], below folder: String) throws {
        let paths = files.map { "\(folder)/\($0.path)" }
        if !force, let taken = paths.first(where: { FileManager.default.fileExists(atPath: $0) }) {
            throw Problem(
                .configuration, "\(taken) is there already, and nothing was written",
                hint: "write elsewhere with --to, or over it with --force")
        }
        for (file, path) in zip(files, paths) {
            let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            do { try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true) } catch {
                throw Problem(.configuration, "the folder \(parent) could not be made", hint: "check that you may write there")
            }
            try AtomicFile.write(file.text, to: path, replacing: force)
        }
    }
}

/// What import needs: whom to ask, what to put back, and what the files describe already.
struct ImportWork {
    let session: Session
    let variables: MonitoringVariables
    let deadline: Deadline
    /// Below which the files go.
    let folder: String
    let reader: ImportReader

    init(_ command: ImportCommand, in environment: Environment) async throws {
        deadline = .after(command.timeout.duration)
        session = try Session(command.global, in: environment, quotaShare: MonitoringWork.quotaShare)
        folder = try command.to ?? MonitoringRoot.find(command.global, in: environment, isToBeWritten: true).path
        variables = try await MonitoringWork.variables(session, deadline: deadline).variables
        reader = ImportReader(stack: session.stack.name, live: MonitoringWork.reader(session))
    }

    func draft(_ found: ImportReader.Found) throws -> (files: [ImportedFile], known: Int) {
        let known = knownAlready()
        let new = found.resources.filter { !known.contains($0.id) }
        let files = ImportedFile.all(new, variables: variables)
        try ImportCheck.check(files, of: new, variables: variables, stack: session.stack)
        return (files, found.resources.count - new.count)
    }

    /// A folder without files, or with files that cannot be read, describes nothing; `validate` says what is wrong there.
    private func knownAlready() -> Set<ResourceID> {
        let files = try? MonitoringFolder.look(root: folder, variables: variables, stack: session.stack)
        return Set(files?.desired.resources.map(\.id) ?? [])
    }

    func notFound(_ found: ImportReader.Found, _ draft: (files: [ImportedFile], known: Int)) -> [Problem] {
        let missing = found.missing.map {
            Problem(.notFound, "nothing is called \($0)", hint: "taskops plan lists what is there")
        }
        guard missing.isEmpty, found.resources.isEmpty, found.problems.isEmpty else { return missing }
        return [
            Problem(
                .notFound, "nothing there to import",
                hint: "without the stack's tag it is found by name, or with --prefix")
        ]
    }
}

/// Reads the files again before anybody else does: they say what is live, or they are not written.
enum ImportCheck {
    static func check(
        _ files: [ImportedFile], of resources: [LiveResource], variables: MonitoringVariables, stack: TaskStack
    ) throws {
        guard !files.isEmpty else { return }
        let folder = "\(FileManager.default.temporaryDirectory.path)/taskops-import-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for file in files {
            let path = "\(folder)/\(file.path)"
            let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            try AtomicFile.write(file.text, to: path, replacing: false)
        }
        let read = try MonitoringFolder.read(root: folder, variables: variables, stack: stack)
        let wrong = ImportedFile.difference(read.desired, resources)
        guard let wrong else { return }
        throw Problem(
            .defect, "the file for \(wrong.id) would not say what is live", cause: wrong.path, hint: "please report this")
    }
}
