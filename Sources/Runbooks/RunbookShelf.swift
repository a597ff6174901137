package import Basics
import FoundationEssentials

/// The pages in `runbooks/`, and how one is found by what somebody typed at night.
package struct RunbookShelf: Sendable {
    /// The folder the pages lie in.
    package let folder: String
    /// By name, without their ending.
    package let pages: [RunbookPage]
    private let alarms: [AlarmName]

    package static let name = "runbooks"

    /// - Parameter folder: `runbooks/`; the alarms are taken from `alarms/` beside it.
    package init(folder: String) throws {
        self.folder = folder
        let names = try Self.names(in: folder, ending: ".md")
        pages = names.filter { $0 != "README" }.map { RunbookPage(name: $0, path: "\(folder)/\($0).md") }
        let alarmFolder = (folder.lastIndex(of: "/").map { folder[..<$0] + "/" } ?? "") + "alarms"
        alarms = ((try? Self.names(in: String(alarmFolder), ending: ".yaml")) ?? [])
            .compactMap { AlarmName(file: "\(alarmFolder)/\($0).yaml", page: $0) }
    }

    /// Looks for `runbooks/` in each of the folders and all above it, in turn.
    package static func find(from folders: [String]) throws -> RunbookShelf {
        for start in folders {
            var folder = start
            while true {
                let candidate = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
                var isFolder = false
                if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), isFolder {
                    return try RunbookShelf(folder: candidate)
                }
                guard folder != "/", let slash = folder.lastIndex(of: "/") else { break }
                folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
            }
        }
        throw Problem(
            .notFound, "no folder \(name) in \(folders.first ?? ".") or any folder above it",
            hint: "run this in a checkout that has one, or beside taskops.yaml")
    }

    /// The page for a name: its own, with or without `.md`; an alarm's, as CloudWatch shows it; or a beginning that only
    /// one page has.
    ///
    /// What is typed is compared with what lies in the folder and never made part of a path.
    ///
    /// - Throws: ``Problem`` with what is near, or what there is.
    package func page(named typed: String) throws(Problem) -> RunbookPage {
        let name = typed.hasSuffix(".md") ? String(typed.dropLast(3)) : typed
        if let exact = pages.first(where: { $0.name == name }) { return exact }
        // Where several patterns fit, the one that leaves the least open is meant.
        let fitting = alarms.filter { $0.fits(name) }.max { $0.literalLength < $1.literalLength }
        if let alarm = fitting, let page = pages.first(where: { $0.name == alarm.page }) { return page }
        let beginning = pages.filter { !name.isEmpty && $0.name.hasPrefix(name) }
        if let only = beginning.first, beginning.count == 1 { return only }
        let names = (beginning.isEmpty ? pages : beginning).map(\.name).joined(separator: ", ")
        if beginning.count > 1 {
            throw Problem(.notFound, "more than one page begins with \(name)", hint: "say which: \(names)")
        }
        let near = closestMatch(to: name, among: pages.map(\.name)).map { "did you mean \($0)?" }
        throw Problem(
            .notFound, "no page for \(name) in \(folder)",
            hint: near ?? (pages.isEmpty ? "a page is a file NAME.md there" : "there are: \(names)"))
    }

    private static func names(in folder: String, ending: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
                .filter { $0.hasSuffix(ending) && !$0.hasPrefix(".") }.map { String($0.dropLast(ending.count)) }.sorted()
        } catch {
            throw Problem(.configuration, "the folder \(folder) could not be read", hint: "check that you may read it")
        }
    }
}

/// A page: what to do when an alarm rings.
package struct RunbookPage: Sendable, Hashable {
    /// Of the file, without its ending.
    package let name: String
    package let path: String

    /// - Throws: ``Problem`` that names the file.
    package func text() throws(Problem) -> String {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Problem(.configuration, "\(path) could not be read", hint: "check that it is a file you may read")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The first line that says something: a heading that only repeats the page's name does not.
    package static func firstLine(of text: String, named name: String) -> String {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.drop { $0 == "#" || $0.isWhitespace }
            if !words.isEmpty, words != name { return String(words) }
        }
        return ""
    }
}
