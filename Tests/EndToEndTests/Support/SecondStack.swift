import FoundationEssentials
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A stack for tests that kill it.
struct SecondStack: Sendable {
    /// Its name needs quoting wherever it is written.
    let directory = Repository.root + "/.taskops/second stack"

    var variables: [String: String] { ["TASKOPS_SANDBOX": directory] }

    static func with(_ body: (SecondStack) async throws -> Void) async throws {
        let stack = SecondStack()
        _ = try await stack.run("down")
        do { try await body(stack) } catch {
            _ = try await stack.run("down")
            throw error
        }
        let down = try await stack.run("down")
        #expect(down.exit == 0, "\(down.error)")
        #expect(stack.leftovers().isEmpty)
    }

    func run(_ word: String, while body: (Running) async throws -> Void = { _ in }) async throws -> Ended {
        try await Console.run("sandbox", word, variables: variables, while: body)
    }

    func canary() async throws -> Ended {
        try await Console.run("--sandbox", "canary", variables: variables)
    }

    func state() throws -> JSONValue {
        try JSONValue(String(contentsOfFile: directory + "/state.json", encoding: .utf8))
    }

    /// AWS, control address and two databases.
    func ports() throws -> [Int] {
        let addresses = try state()["addresses"]
        let urls = [addresses?["endpoint"]?.text, addresses?["control"]?.text].compactMap { $0 }
        let gates = ["us-east-1", "us-west-2"].compactMap { addresses?["gates"]?[$0]?.integer }
        return urls.compactMap { $0.split(separator: ":").last.flatMap { Int($0) } } + gates
    }

    func kill(_ name: String) throws {
        let pid = try #require(try state()["processes"]?[name]?["pid"]?.integer)
        #if canImport(Glibc)
            #expect(Glibc.kill(pid_t(pid), SIGKILL) == 0)
        #else
            #expect(Darwin.kill(pid_t(pid), SIGKILL) == 0)
        #endif
    }

    /// The folder, if it is there, and every process that names it or runs inside it.
    func leftovers() -> [String] {
        var found = FileManager.default.fileExists(atPath: directory) ? [directory] : []
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] where Int(entry) != nil {
            guard let bytes = FileManager.default.contents(atPath: "/proc/\(entry)/cmdline") else { continue }
            let command = String(decoding: bytes, as: UTF8.self).replacing("\0", with: " ")
            let folder = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(entry)/cwd")) ?? ""
            if command.contains(directory) || folder.hasPrefix(directory) { found.append(command) }
        }
        return found
    }
}
