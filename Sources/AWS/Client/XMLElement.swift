import FoundationEssentials

/// An XML document as a tree, for the query protocol's lists. Attributes, comments and processing instructions are
/// passed over; of a document type nothing is taken, so nothing can be unfolded.
struct XMLElement: Sendable, Hashable {
    let name: String
    /// What stands directly in it, unescaped.
    private(set) var text = ""
    private(set) var children: [XMLElement] = []

    struct Malformed: Error, CustomStringConvertible {
        let offset: Int
        var description: String { "malformed XML at byte \(offset)" }
    }

    private init(name: String) {
        self.name = name
    }

    /// - Throws: ``Malformed`` where an element does not end, or another one ends in its place.
    init(_ data: Data) throws {
        var reader = Reader(bytes: Array(data))
        self = try reader.document()
    }

    /// The first child of that name.
    func child(_ name: String) -> XMLElement? {
        children.first { $0.name == name }
    }

    /// The text of the first child of that name.
    func text(_ name: String) -> String? {
        child(name)?.text
    }

    func required(_ name: String) throws -> String {
        guard let found = text(name) else { throw XMLScan.Missing(element: name) }
        return found
    }

    /// The members of a list, as the query protocol writes them: `<Stacks><member>…</member></Stacks>`. Nil where there
    /// is no list, which is not the same as an empty one.
    func list(_ name: String) -> [XMLElement]? {
        child(name)?.children.filter { $0.name == "member" }
    }

    private struct Reader {
        let bytes: [UInt8]
        var at = 0
        /// Deeper than any answer of AWS's.
        private static let maximumDepth = 64

        init(bytes: [UInt8]) {
            self.bytes = bytes
        }

        mutating func document() throws -> XMLElement {
            var open: [XMLElement] = []
            while at < bytes.count {
                if bytes[at] != UInt8(ascii: "<") {
                    let text = characters()
                    if !open.isEmpty { open[open.count - 1].text += text }
                } else if skip("<!--") {
                    try pass("-->")
                } else if skip("<![CDATA[") {
                    let start = at
                    try pass("]]>")
                    if !open.isEmpty {
                        open[open.count - 1].text += String(decoding: bytes[start..<(at - 3)], as: UTF8.self)
                    }
                } else if skip("<?") {
                    try pass("?>")
                } else if skip("</") {
                    let name = name()
                    try pass(">")
                    guard let ended = open.popLast(), ended.name == name else { throw malformed }
                    if open.isEmpty { return ended }
                    open[open.count - 1].children.append(ended)
                } else {
                    at += 1
                    let element = XMLElement(name: name())
                    guard !element.name.isEmpty, open.count < Self.maximumDepth else { throw malformed }
                    if try !startTag() {
                        open.append(element)
                    } else if open.isEmpty {
                        return element
                    } else {
                        open[open.count - 1].children.append(element)
                    }
                }
            }
            throw malformed
        }

        private var malformed: Malformed { Malformed(offset: at) }

        private mutating func skip(_ word: StaticString) -> Bool {
            let word = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
            guard bytes[at...].starts(with: word) else { return false }
            at += word.count
            return true
        }

        private mutating func pass(_ end: StaticString) throws {
            while at < bytes.count {
                if skip(end) { return }
                at += 1
            }
            throw malformed
        }

        private mutating func characters() -> String {
            let start = at
            while at < bytes.count, bytes[at] != UInt8(ascii: "<") { at += 1 }
            return XMLScan.unescaped(Substring(decoding: bytes[start..<at], as: UTF8.self))
        }

        private mutating func name() -> String {
            let start = at
            while at < bytes.count, !" \t\r\n/>!?<".utf8.contains(bytes[at]) { at += 1 }
            return String(decoding: bytes[start..<at], as: UTF8.self)
        }

        /// Passes over attributes, whose values may hold `>`. Returns whether the element ends with its own start.
        private mutating func startTag() throws -> Bool {
            var quote: UInt8?
            while at < bytes.count {
                let byte = bytes[at]
                at += 1
                if let open = quote {
                    if byte == open { quote = nil }
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    quote = byte
                } else if byte == UInt8(ascii: ">") {
                    return bytes[at - 2] == UInt8(ascii: "/")
                }
            }
            throw malformed
        }
    }
}
