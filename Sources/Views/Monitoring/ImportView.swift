package import Monitoring
package import Terminal

/// Which files were written, and what they describe.
package enum ImportView {
    /// - Parameters:
    ///   - known: how many things the files describe already.
    ///   - folder: where they were written, if not beside taskops.yaml.
    package static func lines(_ files: [ImportedFile], known: Int, below folder: String?) -> [StyledText] {
        let paths = files.map { file in folder.map { "\($0)/\(file.path)" } ?? file.path }
        let width = paths.map(\.count).max() ?? 0
        var lines: [StyledText] = zip(paths, files).map { path, file in
            var regions: [String] = []
            for id in file.resources where !regions.contains(id.region) { regions.append(id.region) }
            let what = file.resources.first.map { "\($0.kind.rawValue) \($0.name)" } ?? ""
            return "\(StyledText(path, .strong).padded(to: width))  \(what)  \(regions.joined(separator: ", "), .faint)"
        }
        let count = files.reduce(0) { $0 + $1.resources.count }
        if count > 0 {
            lines.append("\("written", .good): \(plural(count, "thing")) in \(plural(files.count, "file")); next: taskops plan")
        }
        if known > 0 { lines.append(StyledText("\(known) in the files already", .faint)) }
        return lines
    }

    private static func plural(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
}
