import AWS
import AWSSigning
import Basics
import Database
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
                // A thread of its own: reading the terminal would hold up everybody else on a shared one.
                await withCheckedContinuation { continuation in
                    DispatchQueue(label: "taskops.terminal").async {
                        let line = HiddenLine.read { console.say(StyledText(question)) }
                        continuation.resume(returning: line.filter { !$0.isWhitespace })
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

    /// With `-v`, a line on standard error for every attempt at an AWS call; with `-vv`, its header fields too.
    func observer(verbosity: Int) -> (@Sendable (CallEvent) -> Void)? {
        guard verbosity > 0 else { return nil }
        let detail: CallView.Detail = verbosity > 1 ? .headers : .call
        return { [console] in console.say(CallView.lines($0, detail, on: console.error)) }
    }

    /// With `-v`, a line for every attempt to open a database connection.
    func observer(of action: DSQLToken.Action, in region: String, verbosity: Int) -> (@Sendable (ConnectionEvent) -> Void)? {
        guard verbosity > 0 else { return nil }
        return { [console] event in
            console.say(
                CallView.lines(
                    action: action.rawValue, as: event.user, at: event.host, in: region, took: event.duration,
                    refusal: event.failure.map { $0.sqlState ?? $0.kind.rawValue }, on: console.error))
        }
    }
}

/// A crash must not show memory: keys and tokens stand in it.
///
/// Where Swift's toolchain is installed, its crash handlers print sixteen bytes at each register that points somewhere,
/// and a core file holds everything. Whoever sets `SWIFT_BACKTRACE` asks for both.
func keepMemoryFromCrashOutput() {
    guard ProcessInfo.processInfo.environment["SWIFT_BACKTRACE"] == nil else { return }
    for number in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] { signal(number, SIG_DFL) }
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0 else { return }
    // The soft limit: programs that this one starts may raise it again.
    limit.rlim_cur = 0
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
}

/// A closed pipe (`taskops … | head`) must end us quietly, not kill us: writes answer EPIPE instead.
func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
}
