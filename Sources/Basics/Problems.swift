/// Several problems found in one go: somebody mending a file wants all of them, not the first.
package struct Problems: Error, Sendable, Hashable, CustomStringConvertible {
    package var all: [Problem]

    package init(_ all: [Problem]) {
        self.all = all
    }

    package var description: String {
        all.map(\.description).joined(separator: "\n")
    }
}
