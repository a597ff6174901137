import FoundationEssentials
package import Testing

/// Compares `text` with the file `Golden/NAME` beside the test's own file.
///
/// `TASKOPS_GOLDEN=record` writes what is there now instead (`make golden`); a missing file is always a failure, so that
/// nothing passes unseen.
package func expectGolden(
    _ text: String, _ name: String, filePath: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let folder = filePath[..<filePath.lastIndex(of: "/")!] + "/Golden"
    let path = "\(folder)/\(name)"
    if ProcessInfo.processInfo.environment["TASKOPS_GOLDEN"] == "record" {
        try FileManager.default.createDirectory(atPath: String(folder), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path))
        return
    }
    guard let bytes = FileManager.default.contents(atPath: path) else {
        Issue.record(
            "no golden file \(name): look at what it prints, then `make golden`\n\(text)", sourceLocation: sourceLocation)
        return
    }
    let expected = String(decoding: bytes, as: UTF8.self)
    #expect(text == expected, "differs from Golden/\(name): `make golden` records it anew", sourceLocation: sourceLocation)
}
