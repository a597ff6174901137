/// What a program is told by its surroundings, as a value: nothing in this room reads it globally.
package struct ProcessEnvironment: Sendable {
    package var variables: [String: String]
    /// The text of a file; nil where there is none. Throws where there is one that cannot be read.
    package var readFile: @Sendable (String) throws -> String?

    package init(variables: [String: String], readFile: @escaping @Sendable (String) throws -> String?) {
        self.variables = variables
        self.readFile = readFile
    }

    /// A variable's value; an empty one counts as unset, as it does for AWS's tools.
    package subscript(name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    func isTrue(_ name: String) -> Bool { self[name]?.lowercased() == "true" }

    /// A path with its leading `~` filled in.
    func expanding(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/"), let home = self["HOME"] else { return path }
        return home + path.dropFirst()
    }
}
