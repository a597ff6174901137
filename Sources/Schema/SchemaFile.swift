import AWSSigning
import Basics
import FoundationEssentials

/// One file of `schema/`: `NUMBER_name.sql`. schema/README.md says what may stand in it.
package struct SchemaFile: Sendable, Hashable {
    package var version: Int
    package var name: String
    /// SHA-256 of the file's bytes, hexadecimal.
    package var checksum: String
    /// Whether every apply runs it (`-- run: always`), not only the first.
    package var runsAlways: Bool
    package var statements: [SchemaStatement]
    /// As the user would open it.
    package var path: String
}

/// One statement, run by itself: DSQL takes one DDL statement per transaction.
package struct SchemaStatement: Sendable, Hashable {
    package var text: String
    /// A query whose row means that the statement's work is done already.
    package var skipWhen: String?
    /// A query whose row means that what the statement began in the background has finished.
    package var doneWhen: String?
    package var line: Int

    /// The statement's first words, for people: `CREATE INDEX ASYNC IF NOT EXISTS idx_tasks_status`.
    package var title: String {
        let words = text.split(whereSeparator: { $0.isWhitespace || $0 == "(" }).prefix { $0 != "ON" }.prefix(7)
        return words.joined(separator: " ")
    }
}

extension SchemaFile {
    /// Reads every `*.sql` of a folder, in the order of their numbers.
    ///
    /// - Throws: ``Problem`` when the folder cannot be read, ``Problems`` with everything wrong in the files.
    package static func load(folder: String) throws -> [SchemaFile] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw Problem(
                .configuration, "no schema folder at \(folder)",
                hint: "run from the project, or name it: taskops schema plan --schema FOLDER")
        }
        var files: [SchemaFile] = []
        var problems: [Problem] = []
        for name in names.filter({ $0.hasSuffix(".sql") }).sorted() {
            let path = "\(folder)/\(name)"
            do {
                guard let bytes = FileManager.default.contents(atPath: path) else {
                    throw Problem(.configuration, "cannot be read", location: .init(file: path))
                }
                files.append(try parse(bytes: Array(bytes), path: path))
            } catch let problem as Problem {
                problems.append(problem)
            }
        }
        for (one, next) in zip(files, files.dropFirst()) where one.version == next.version {
            problems.append(
                Problem(.configuration, "number \(next.version) is taken by \(one.path)", location: .init(file: next.path)))
        }
        guard problems.isEmpty else { throw Problems(problems) }
        guard !files.isEmpty else {
            throw Problem(.configuration, "no .sql file in \(folder)", hint: "name the schema's folder with --schema")
        }
        return files
    }

    /// - Throws: ``Problem`` with the line.
    package static func parse(bytes: [UInt8], path: String) throws -> SchemaFile {
        let fileName = path.split(separator: "/").last.map(String.init) ?? path
        let stem = fileName.dropLast(".sql".count)
        guard let underscore = stem.firstIndex(of: "_"), let version = Int(stem[..<underscore]), version >= 0 else {
            throw Problem(
                .configuration, "a schema file is named NUMBER_name.sql", location: .init(file: path))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(.configuration, "not UTF-8 text", location: .init(file: path))
        }
        var scanner = SchemaScanner(text, path: path)
        let (statements, runsAlways) = try scanner.statements()
        return SchemaFile(
            version: version, name: String(stem[stem.index(after: underscore)...]),
            checksum: Digest.hex(Digest.sha256(bytes)), runsAlways: runsAlways, statements: statements, path: path)
    }
}
