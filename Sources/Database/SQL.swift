import Basics

/// One SQL statement whose interpolated values are bound as parameters, never pasted into the text.
///
/// `"SELECT title FROM tasks WHERE id = \(id)"` becomes `… WHERE id = $1` with one binding, so the pretty way to
/// write a statement is also the safe one. What must be pasted says so by name: ``raw(_:)``, `\(raw:)`,
/// `\(identifier:)`. Types are left for the server to infer; where it cannot, write the cast: `\(count)::bigint`.
package struct SQL: Sendable, ExpressibleByStringInterpolation {
    enum Piece: Sendable {
        case text(String)
        case binding(Secret<String?>)
    }

    var pieces: [Piece]

    init(pieces: [Piece]) {
        self.pieces = pieces
    }

    package init(stringLiteral text: String) {
        pieces = [.text(text)]
    }

    package init(stringInterpolation: StringInterpolation) {
        pieces = stringInterpolation.pieces
    }

    /// SQL made of a string as it stands. Only for text that no user, event or file could have influenced,
    /// such as the project's own schema files.
    package static func raw(_ text: String) -> SQL {
        SQL(pieces: [.text(text)])
    }

    package static func + (left: SQL, right: SQL) -> SQL {
        SQL(pieces: left.pieces + right.pieces)
    }

    /// The text as the server gets it, with `$1`, `$2` … for the values.
    package var text: String {
        var text = ""
        var number = 0
        for piece in pieces {
            switch piece {
            case .text(let part): text += part
            case .binding:
                number += 1
                text += "$\(number)"
            }
        }
        return text
    }

    /// The values of `$1`, `$2` …; nil is SQL's NULL.
    var bindings: [Secret<String?>] {
        pieces.compactMap { if case .binding(let value) = $0 { value } else { nil } }
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        var pieces: [Piece] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(interpolationCount * 2 + 1)
        }

        package mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { pieces.append(.text(literal)) }
        }

        /// A value, sent beside the text.
        package mutating func appendInterpolation(_ value: some SQLBindable) {
            pieces.append(.binding(Secret(value.sqlText)))
        }

        /// A value or NULL. Apart from the one above only because the compiler otherwise warns of a printed optional.
        package mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
            pieces.append(.binding(Secret(value?.sqlText)))
        }

        /// A part of a statement with its own values.
        package mutating func appendInterpolation(_ fragment: SQL) {
            pieces += fragment.pieces
        }

        /// Values for `IN (…)`. An empty list matches nothing.
        package mutating func appendInterpolation(list values: some Sequence<some SQLBindable>) {
            let bound = values.map { Piece.binding(Secret($0.sqlText)) }
            pieces += bound.isEmpty ? [.text("NULL")] : Array(bound.map { [$0] }.joined(separator: [.text(", ")]))
        }

        /// The name of a table, column or role, quoted.
        package mutating func appendInterpolation(identifier name: String) {
            pieces.append(.text(quoted(name)))
        }

        /// Text pasted as it stands; see ``SQL/raw(_:)``.
        package mutating func appendInterpolation(raw text: String) {
            pieces.append(.text(text))
        }

        private func quoted(_ name: String) -> String {
            "\"" + name.reduce(into: "") { $0 += $1 == "\"" ? "\"\"" : String($1) } + "\""
        }
    }
}

/// Values stay out of every description and `dump`.
extension SQL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { text }
    package var debugDescription: String { text }
    package var customMirror: Mirror { Mirror(self, children: ["text": text]) }
}
