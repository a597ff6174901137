import AWS
import Basics
import Dispatch
import FoundationEssentials
import Programs
import Terminal
import Views

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The outside world, taken in once: the only place where the process's own variables, folder and streams are read.
struct Environment {
    var variables: [String: String]
    var workingDirectory: String
    /// Where the program itself lies, for finding a checkout around it.
    var programDirectory: String
    var console: Console

    static func current(_ options: GlobalOptions) -> Environment {
        let variables = ProcessInfo.processInfo.environment
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return Environment(
            variables: variables, workingDirectory: FileManager.default.currentDirectoryPath,
            programDirectory: program.lastIndex(of: "/").map { String(program[..<$0]) } ?? ".",
            console: Console(variables: variables, color: options.color))
    }

    /// As the credential chain takes it.
    var process: ProcessEnvironment {
        var process = ProcessEnvironment(variables: variables) { path in try Self.text(of: path) }
        process.writeFile = { path, text in try PrivateFile.write(text, to: path) }
        process.runProgram = { (words, deadline) async throws(Problem) in
            try await ProgramRunner.run(words, deadline: deadline)
        }
        if isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 {
            process.askForCode = { [console] (question) async throws(Problem) in
                console.say(StyledText(question))
                // A thread of its own: reading the terminal would hold up everybody else on a shared one.
                return await withCheckedContinuation { continuation in
                    DispatchQueue(label: "taskops.terminal").async {
                        continuation.resume(returning: readLine()?.filter { !$0.isWhitespace } ?? "")
                    }
                }
            }
        }
        return process
    }

    private struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    private static func text(of path: String) throws -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do { return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self) } catch {
            // What Foundation says of itself is a dump, with the path three times over.
            let code = ((error as? CocoaError)?.userInfo["NSUnderlyingError"] as? POSIXError)?.code
            throw Unreadable(description: code.map { String(cString: strerror($0.rawValue)) } ?? "reading it failed")
        }
    }

    /// With `-v`, a line on standard error for every attempt at an AWS call.
    func observer(verbosity: Int) -> (@Sendable (CallEvent) -> Void)? {
        guard verbosity > 0 else { return nil }
        return { [console] in console.say(CallView.line($0)) }
    }
}

/// A closed pipe (`taskops … | head`) must end us quietly, not kill us: writes answer EPIPE instead.
func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
}
