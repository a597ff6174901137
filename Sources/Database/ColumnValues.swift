package import FoundationEssentials

/// A value that can be bound to a statement.
package protocol SQLBindable {
    /// PostgreSQL's text form of it; nil is NULL.
    var sqlText: String? { get }
}

/// A value that can be read from a column.
package protocol ColumnDecodable {
    /// What errors call it.
    static var sqlTypeName: String { get }
    /// Reads PostgreSQL's text form; nil stands for NULL. Returning nil means that it cannot be read as this type.
    static func decode(sqlText: String?) -> Self?
}

extension String: SQLBindable, ColumnDecodable {
    package var sqlText: String? { self }
    package static var sqlTypeName: String { "text" }
    package static func decode(sqlText: String?) -> String? { sqlText }
}

extension Int: SQLBindable, ColumnDecodable {
    package var sqlText: String? { String(self) }
    package static var sqlTypeName: String { "an integer" }
    package static func decode(sqlText: String?) -> Int? { sqlText.flatMap { Int($0) } }
}

extension Double: SQLBindable, ColumnDecodable {
    /// PostgreSQL spells the special values with capitals.
    package var sqlText: String? { isNaN ? "NaN" : isInfinite ? (self < 0 ? "-Infinity" : "Infinity") : String(self) }
    package static var sqlTypeName: String { "a number" }
    package static func decode(sqlText: String?) -> Double? { sqlText.flatMap { Double($0) } }
}

extension Bool: SQLBindable, ColumnDecodable {
    package var sqlText: String? { self ? "t" : "f" }
    package static var sqlTypeName: String { "a boolean" }
    package static func decode(sqlText: String?) -> Bool? { ["t": true, "f": false][sqlText ?? ""] }
}

extension UUID: SQLBindable, ColumnDecodable {
    /// PostgreSQL writes UUIDs in lower case; ours are the same in logs and comparisons.
    package var sqlText: String? { uuidString.lowercased() }
    package static var sqlTypeName: String { "a uuid" }
    package static func decode(sqlText: String?) -> UUID? { sqlText.flatMap { UUID(uuidString: $0) } }
}

extension Date: SQLBindable, ColumnDecodable {
    package var sqlText: String? { SQLTimestamp.text(of: self) }
    package static var sqlTypeName: String { "a timestamp with time zone" }
    package static func decode(sqlText: String?) -> Date? { sqlText.flatMap { SQLTimestamp.date(from: $0) } }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    package var sqlText: String? { flatMap(\.sqlText) }
}

extension Optional: ColumnDecodable where Wrapped: ColumnDecodable {
    package static var sqlTypeName: String { Wrapped.sqlTypeName }
    package static func decode(sqlText: String?) -> Wrapped?? {
        guard let sqlText else { return .some(nil) }
        return Wrapped.decode(sqlText: sqlText).map { .some($0) }
    }
}
