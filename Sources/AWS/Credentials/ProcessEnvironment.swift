package import Basics

/// What a program is told by its surroundings, as a value: nothing in this room reads it globally.
package struct ProcessEnvironment: Sendable {
    package var variables: [String: String]
    /// The text of a file; nil where there is none. Throws where there is one that cannot be read.
    package var readFile: @Sendable (String) throws -> String?
    /// Keeps a file that only its owner may read, whole or not at all; nil where nothing may be kept.
    package var writeFile: (@Sendable (_ path: String, _ text: String) throws -> Void)?
    /// Runs a program to its end, or until the deadline; nil where none may be run, as in the function.
    package var runProgram: (@Sendable (_ words: [String], Deadline) async throws(Problem) -> FinishedProgram)?
    /// Asks the person at the terminal for a code; nil where nobody is there, as in a script.
    package var askForCode: (@Sendable (_ question: String) async throws(Problem) -> String)?

    /// Told of every attempt at a call for credentials.
    package var observer: (@Sendable (CallEvent) -> Void)?

    package init(variables: [String: String], readFile: @escaping @Sendable (String) throws -> String?) {
        self.variables = variables
        self.readFile = readFile
    }

    /// A variable's value; an empty one counts as unset, as it does for AWS's tools.
    package subscript(name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    func isTrue(_ name: String) -> Bool { self[name]?.lowercased() == "true" }

    /// A path with its `$NAME` and `${NAME}` and its leading `~` filled in, as botocore does for the shared files and the
    /// caches (Python's `expandvars`, then `expanduser`): a variable that is not set stays as it is written.
    func expanding(_ path: String) -> String {
        let path = path.contains("$") ? fillingIn(path) : path
        guard path == "~" || path.hasPrefix("~/"), let home = self["HOME"] else { return path }
        return home + path.dropFirst()
    }

    private func fillingIn(_ text: String) -> String {
        var output = ""
        var rest = text[...]
        while let mark = rest.firstIndex(of: "$") {
            output += rest[..<mark]
            rest = rest[mark...]
            let after = rest.dropFirst()
            let isBraced = after.first == "{"
            let name =
                isBraced
                ? after.dropFirst().prefix { $0 != "}" }
                : after.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            let written = rest.prefix(1 + name.count + (isBraced ? 2 : 0))
            let isClosed = !isBraced || written.last == "}"
            output += isClosed ? variables[String(name)] ?? String(written) : String(written)
            rest = rest.dropFirst(written.count)
        }
        return output + rest
    }

    /// A path as people write it, with `~` for their own folder.
    func abbreviating(_ path: String) -> String {
        guard let home = self["HOME"], path.hasPrefix(home + "/") else { return path }
        return "~" + path.dropFirst(home.count)
    }
}

/// Variables hold secrets: a dump shows how many there are.
extension ProcessEnvironment: CustomReflectable, CustomStringConvertible {
    package var description: String { "environment of \(variables.count) variables" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
