package import Basics

/// One row of an answer. Columns are read by name and type: `try row["id", as: UUID.self]`.
package struct Row: Sendable {
    /// The names of the columns, shared by all rows of one answer.
    package let columns: [String]
    let values: [String?]

    package init(columns: [String], values: [String?]) {
        self.columns = columns
        self.values = values
    }

    package subscript<Value: ColumnDecodable>(_ name: String, as type: Value.Type = Value.self) -> Value {
        get throws(ColumnError) {
            guard let index = columns.firstIndex(of: name) else {
                throw ColumnError(column: name, failure: .absent(present: columns))
            }
            return try self[index, as: type]
        }
    }

    package subscript<Value: ColumnDecodable>(_ index: Int, as type: Value.Type = Value.self) -> Value {
        get throws(ColumnError) {
            guard values.indices.contains(index) else {
                throw ColumnError(column: "number \(index + 1)", failure: .absent(present: columns))
            }
            guard let value = Value.decode(sqlText: values[index]) else {
                throw ColumnError(
                    column: columns[index],
                    failure: values[index] == nil ? .null : .unreadable(expected: Value.sqlTypeName))
            }
            return value
        }
    }
}

/// A column that is not there, or does not hold what the code expects: the database's schema and this program disagree.
package struct ColumnError: Error, Sendable, Hashable {
    package enum Failure: Sendable, Hashable {
        case absent(present: [String])
        case null
        case unreadable(expected: String)
    }

    package let column: String
    package let failure: Failure

    package init(column: String, failure: Failure) {
        self.column = column
        self.failure = failure
    }

    package var problem: Problem {
        let cause =
            switch failure {
            case .absent(let present): "the answer has only \(present.joined(separator: ", "))"
            case .null: "it is NULL"
            case .unreadable(let expected): "it is not \(expected)"
            }
        return Problem(
            .failed, "the database's column \(column) cannot be read", cause: cause,
            hint: "compare the database's schema with this version: taskops schema plan")
    }
}

extension ColumnError: CustomStringConvertible {
    package var description: String { problem.description }
}
