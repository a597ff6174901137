import ArgumentParser
import Basics
import Sandbox
import Terminal
import Views

/// `taskops sandbox`: the whole two-Region stack on this machine.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "The two-Region stack on this machine: PostgreSQL, moto, and the task processor itself.",
        subcommands: [Up.self, Down.self, Status.self, Env.self, Break.self, Mend.self])

    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Starts it; where it already runs, says so and changes nothing.")

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let environment = Environment.current(global)
            try await Exit.reporting(to: environment.console, failure: 1) {
                let location = try SandboxLocation.find(in: environment)
                try await narrated(.up, at: location, on: environment.console)
                try await applySchema(location, in: environment)
                environment.console.print(SandboxView.invitation)
            }
        }

        private func applySchema(_ location: SandboxLocation, in environment: Environment) async throws {
            var options = try SchemaCommand.Options.parse(["--schema", location.schema])
            options.global.sandbox = true
            try await SchemaWork(options, in: environment, grantsCaller: true).apply(environment.console)
        }
    }

    struct Down: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stops it and removes all it made.")

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let environment = Environment.current(global)
            try await Exit.reporting(to: environment.console, failure: 1) {
                try await narrated(.down, at: .find(in: environment), on: environment.console)
            }
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows what runs and where it listens.",
            discussion: "Exit codes: 0 all of it runs, 1 it does not, 64 bad usage.")

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let environment = Environment.current(global)
            try await Exit.reporting(to: environment.console, failure: 1) {
                try await narrated(.status, at: .find(in: environment), on: environment.console)
            }
        }
    }

    struct Break: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Breaks something as it breaks in real life, to practise on.",
            discussion: """
                Each fault is made by AWS's own calls, or where AWS alone can make it, by the stack. See what it looks like: \
                taskops --sandbox diagnose. What was broken, taskops sandbox mend mends.
                """)

        @OptionGroup var global: GlobalOptions

        @Flag(help: "Print the names of all faults, one a line.")
        var list = false

        @Argument(help: ArgumentHelp("What to break.", valueName: "fault"))
        var faults: [String] = []

        func validate() throws {
            guard list == faults.isEmpty else { throw ValidationError("name a fault, or see them all with --list") }
        }

        func run() async throws {
            let environment = Environment.current(global)
            try await Exit.reporting(to: environment.console, failure: 1) {
                let word: SandboxProgram.Word = list ? .faults : .break(faults, regions: global.regions)
                try await narrated(word, at: .find(in: environment), on: environment.console)
            }
        }
    }

    struct Mend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Mends what `break` broke: the faults named, or all of them.")

        @OptionGroup var global: GlobalOptions

        @Argument(help: ArgumentHelp("What to mend.", valueName: "fault"))
        var faults: [String] = []

        func run() async throws {
            let environment = Environment.current(global)
            try await Exit.reporting(to: environment.console, failure: 1) {
                try await narrated(
                    .mend(faults, regions: global.regions), at: .find(in: environment), on: environment.console)
            }
        }
    }

    struct Env: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints what points a shell at it: eval \"$(taskops sandbox env)\".")

        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let environment = Environment.current(global)
            try await Exit.reporting(to: environment.console, failure: 1) {
                let variables = try SandboxLocation.find(in: environment).environment()
                let misleading = environment.variables.keys.filter {
                    SandboxLocation.isMisleading($0) && variables[$0] == nil
                }
                environment.console.print(SandboxView.exports(variables, unsetting: misleading))
            }
        }
    }
}

/// Runs a word of the local stack's program and shows each step.
private func narrated(_ word: SandboxProgram.Word, at location: SandboxLocation, on console: Console) async throws {
    try await console.withProgress { progress in
        try await SandboxProgram(location).run(word) { event in
            progress.show(SandboxView.progress(event))
            if let line = SandboxView.line(event) { console.print(line) }
        }
    }
}
