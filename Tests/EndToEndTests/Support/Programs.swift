import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport

/// What a program said and how it ended.
struct Ended: Sendable {
    var output: String
    var error: String
    /// Its code, or minus the signal that ended it.
    var exit: Int32

    var lines: [String] { output.split(separator: "\n").map(String.init) }
    var errorLines: [String] { error.split(separator: "\n").map(String.init) }
}

/// A program that is running, as far as a test may touch it.
struct Running: Sendable {
    let interrupt: @Sendable () throws -> Void
    let send: @Sendable (Signal) throws -> Void
}

enum Programs {
    /// Nothing of the developer's own shell gets in: no credentials, no Region, no settings of a terminal.
    static var environment: [String: String] {
        [
            "PATH": Repository.root + "/.taskops/venv/bin:" + folder + ":/usr/local/bin:/usr/bin:/bin",
            "HOME": "/nonexistent", "LANG": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "",
            "TASKOPS_SANDBOX": LocalStack.directory,
        ]
    }

    /// Where the build put the console: beside the running tests.
    static let folder: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return tests.lastIndex(of: "/").map { String(tests[..<$0]) } ?? "."
    }()

    static let venv = Repository.root + "/.taskops/venv/bin"

    /// Runs a program to its end. A test that is cancelled (by its time limit) takes the program with it.
    static func run(
        _ path: String, _ arguments: [String], variables: [String: String] = [:], in directory: String = Repository.root,
        while body: (Running) async throws -> Void = { _ in }
    ) async throws -> Ended {
        let all = environment.merging(variables) { _, own in own }
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments),
            environment: .custom(Dictionary(uniqueKeysWithValues: all.map { (Environment.Key(stringLiteral: $0), $1) })),
            workingDirectory: FilePath(directory), input: .none, output: .string(limit: 4 << 20),
            error: .string(limit: 4 << 20)
        ) { execution in
            try await body(
                Running(
                    interrupt: { try execution.send(signal: .interrupt) }, send: { try execution.send(signal: $0) }))
        }
        let exit: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let number): -number
            }
        return Ended(output: result.standardOutput, error: result.standardError, exit: exit)
    }

    /// Runs a script as a person's shell would.
    static func bash(_ script: String, variables: [String: String] = [:]) async throws -> Ended {
        try await run("/bin/bash", ["-c", script], variables: variables)
    }
}

/// The built `taskops`.
enum Console {
    static let path = Programs.folder + "/taskops"

    static func run(
        _ arguments: String..., variables: [String: String] = [:], in directory: String = Repository.root,
        while body: (Running) async throws -> Void = { _ in }
    ) async throws -> Ended {
        try await Programs.run(path, arguments, variables: variables, in: directory, while: body)
    }
}
