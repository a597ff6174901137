package import Basics
package import FoundationEssentials

extension JSONScan {
    /// Any value, as a tree. Of an object's members with one name the last counts, as with every JSON reader people use.
    ///
    /// - Parameter names: each name is kept once, since they repeat from one element to the next.
    mutating func tree(_ names: inout NameTable, depth: Int = 0) throws(Failure) -> JSONTree {
        guard depth < Self.deepest else { throw failure("no more nesting") }
        switch peek() {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"):
            var members: [String: JSONTree] = [:]
            try object { (scan, name) throws(Failure) in
                let name = names.name(name)
                members[name] = try scan.tree(&names, depth: depth + 1)
            }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONTree] = []
            try array { (scan) throws(Failure) in elements.append(try scan.tree(&names, depth: depth + 1)) }
            return .array(elements)
        case UInt8(ascii: "t"):
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        default: return .number(try double())
        }
    }
}

/// Names met so far: a page of a hundred alarms has two dozen, each a hundred times.
struct NameTable {
    private var known: [Int: [String]] = [:]

    mutating func name(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        let key = hasher.finalize()
        if let found = known[key]?.first(where: { $0.utf8.elementsEqual(bytes) }) { return found }
        let name = String(decoding: bytes, as: UTF8.self)
        known[key, default: []].append(name)
        return name
    }
}

extension AWSJSON {
    /// A document as a tree, several times faster than `JSONDecoder` makes one.
    ///
    /// - Throws: what was expected, and at which byte.
    package static func tree(_ document: Data) throws -> JSONTree {
        try document.withUnsafeBytes { raw in
            try raw.withMemoryRebound(to: UInt8.self) { bytes in
                guard !bytes.isEmpty else { throw JSONScan.Failure(expected: "a value", offset: 0) }
                var scan = JSONScan(bytes)
                var names = NameTable()
                let tree = try scan.tree(&names)
                try scan.end()
                return tree
            }
        }
    }
}
