import Basics
import FoundationEssentials
import Testing

/// Breaks us-east-1 with one boto3 script, runs a canary through it, and mends it with another, which finds the
/// first one's `answer` as `broken`. The canary must end 2 and leave no row.
func broken(
    _ script: String, mend: String, probing regions: [String] = ["us-east-1"], timeout: String = "3s",
    _ check: (CanaryJSON) async throws -> Void
) async throws {
    // An event that an earlier test delayed may have come since; its row is not this test's.
    try await Rows.removeAll()
    let answer = try await Clients.boto3("us-east-1", script)
    let text = String(decoding: try JSONEncoder().encode(answer), as: UTF8.self)
    let mending = "broken = json.loads(r'''\(text)''')\n\(mend)"
    do {
        let flags = regions.flatMap { ["--region", $0] } + ["--timeout", timeout, "--slow-after", "2s"]
        let ended = try await Programs.run(Console.path, ["--sandbox", "canary", "--output", "json"] + flags)
        let canary = try CanaryJSON(ended)
        #expect(canary.exit == 2, "\(canary.document)")
        #expect(ended.error.isEmpty)
        try await check(canary)
    } catch {
        try await Clients.boto3("us-east-1", mending)
        throw error
    }
    try await Clients.boto3("us-east-1", mending)
    #expect(try await Rows.counts() == .none)
    #expect(try await CanaryJSON.run("--region", "us-east-1").exit == 0, "what the test broke is not mended")
}

/// Copies of the stack's taskops.yaml with something changed.
enum Configurations {
    static func with(_ changes: [String: String], _ body: (String) async throws -> Void) async throws {
        let original = LocalStack.current.configurationFile
        var text = try String(contentsOfFile: original, encoding: .utf8)
        for (old, new) in changes {
            let parts = text.split(separator: old, omittingEmptySubsequences: false)
            guard parts.count > 1 else { throw Problem(.failed, "taskops.yaml has no `\(old)`") }
            text = parts.joined(separator: new)
        }
        // Beside the original, because the certificate's path in it is relative.
        let file = LocalStack.directory + "/changed-\(UUID().uuidString.prefix(8)).yaml"
        try Data(text.utf8).write(to: URL(filePath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        try await body(file)
    }

    /// On which line of the local stack's taskops.yaml this text stands first, counted from 1.
    static func line(of text: String) throws -> Int {
        let lines = try String(contentsOfFile: LocalStack.current.configurationFile, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard let index = lines.firstIndex(where: { $0.contains(text) }) else {
            throw Problem(.failed, "taskops.yaml has no `\(text)`")
        }
        return index + 1
    }

    /// A file with exactly this text.
    static func with(text: String, _ body: (String) async throws -> Void) async throws {
        try await Folder.with { folder in
            let file = folder + "/taskops.yaml"
            try Data(text.utf8).write(to: URL(filePath: file))
            try await body(file)
        }
    }
}
