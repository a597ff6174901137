import Basics
import FoundationEssentials

/// Where the local stack's program and its state are.
package struct SandboxLocation: Sendable, Hashable {
    /// The project's root: the folder that holds `sandbox/local_stack`.
    package let root: String
    /// Everything the running stack keeps: sockets, logs, data, `env`, `taskops.yaml`.
    package let state: String

    /// - Parameter state: a folder other than `.taskops/sandbox`, for a second stack beside the first.
    package init(root: String, state: String? = nil) {
        self.root = root
        self.state = state ?? root + "/.taskops/sandbox"
    }

    package var configuration: String { state + "/taskops.yaml" }
    package var schema: String { root + "/schema" }
    package var python: String { root + "/.taskops/venv/bin/python" }
    package var functionZip: String { root + "/.taskops/task-processor.zip" }

    /// Looks upward from each of the folders, in turn: first where the user is, then where the program lies.
    package static func find(from folders: [String], state: String? = nil) throws -> SandboxLocation {
        for start in folders {
            var folder = start
            while !folder.isEmpty {
                if FileManager.default.fileExists(atPath: folder + "/sandbox/local_stack/__main__.py") {
                    return SandboxLocation(root: folder, state: state)
                }
                guard let slash = folder.lastIndex(of: "/") else { break }
                folder = String(folder[..<slash])
            }
        }
        throw Problem(
            .configuration, "the local stack's files are not here",
            hint: "it lives in a checkout of taskops: run this from within one")
    }

    /// The variables that point a shell, and every `taskops --sandbox`, at the running stack.
    ///
    /// - Throws: ``Problem`` when no stack is up.
    package func environment() throws -> [String: String] {
        guard let bytes = FileManager.default.contents(atPath: state + "/env") else {
            throw Problem(.notFound, "no local stack is up", hint: "start it with: taskops sandbox up")
        }
        var variables: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            guard let equals = line.firstIndex(of: "=") else { continue }
            variables[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        return variables
    }

    /// Whether a variable of the user's own could lead a client away from the local stack, or show it real credentials.
    package static func isMisleading(_ name: String) -> Bool {
        name.hasPrefix("AWS_") || name.hasPrefix("PG")
    }

    /// The environment of a command that runs against the local stack: what would lead elsewhere is taken out first.
    package func overlay(on variables: [String: String]) throws -> [String: String] {
        let own = try environment()
        let kept = variables.filter { name, _ in !Self.isMisleading(name) }
        return kept.merging(own) { _, own in own }
    }
}
