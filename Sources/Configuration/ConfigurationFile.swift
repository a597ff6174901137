import Basics
import FoundationEssentials
package import TaskSystem
import YAML

/// Finds and reads `taskops.yaml`.
package enum ConfigurationFile {
    package static let name = "taskops.yaml"

    /// The file to read: `explicit` (from `--config` or `TASKOPS_CONFIG`), or the first `taskops.yaml` from `directory` upward.
    package static func locate(explicit: String?, from directory: String) throws -> String {
        if let explicit {
            guard FileManager.default.fileExists(atPath: explicit) else {
                throw Problem(.configuration, "no file at \(explicit)", hint: "check --config and TASKOPS_CONFIG")
            }
            return explicit
        }
        var folder = directory
        while true {
            let candidate = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
            guard folder != "/", let slash = folder.lastIndex(of: "/") else { break }
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
        }
        throw Problem(
            .configuration, "no \(name) in \(directory) or any folder above it",
            hint: "name one with --config, or try the local stack: taskops sandbox up, then add --sandbox")
    }

    /// - Throws: ``Problem`` when the file cannot be read or is not YAML, ``Problems`` with everything wrong inside it.
    package static func load(_ path: String) throws -> TaskStack {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Problem(.configuration, "cannot read \(path)", hint: "check that it is a file you may read")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(.configuration, "\(path) is not UTF-8 text")
        }
        return try decode(text, file: path)
    }

    /// - Parameter file: the name problems carry; relative paths inside the file are taken from its folder.
    package static func decode(_ text: String, file: String) throws -> TaskStack {
        guard let root = try YAMLDocument.parse(text, file: file) else {
            throw Problem(.configuration, "the file is empty", hint: "README.md shows a whole one", location: .init(file: file))
        }
        var decoder = StackDecoder(file: file)
        return try decoder.stack(root)
    }
}
