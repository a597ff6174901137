// The only file that hands pointers to libyaml.
import Basics
import CLibYAML

/// Parses YAML text with libyaml, aliases filled in.
package enum YAMLDocument {
    /// What one file may unfold to, beside a node for each of its bytes. Aliases of aliases can turn a page of text into
    /// billions of nodes.
    private static let maximumNodes = 100_000

    /// - Returns: the first document's root, or nil for a file with nothing in it.
    /// - Throws: ``Problem`` with libyaml's words and the place, or when the file unfolds without end.
    package static func parse(_ text: String, file: String) throws -> YAMLNode? {
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else { throw Problem(.defect, "libyaml has no memory") }
        defer { yaml_parser_delete(&parser) }
        // libyaml copies nothing: the bytes must outlive the parsing.
        let bytes = Array(text.utf8)
        return try bytes.withUnsafeBufferPointer { buffer in
            yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
            var document = yaml_document_t()
            guard yaml_parser_load(&parser, &document) == 1 else { throw problem(of: parser, file: file) }
            defer { yaml_document_delete(&document) }
            guard yaml_document_get_root_node(&document) != nil else { return nil }
            try refuseAnother(&parser, file: file)
            var unfolding = Unfolding(document: document, file: file, nodesLeft: maximumNodes + bytes.count)
            return try unfolding.node(1)
        }
    }

    /// A second document would be read by nobody, and what stands in it would not be in force.
    private static func refuseAnother(_ parser: inout yaml_parser_t, file: String) throws {
        var document = yaml_document_t()
        guard yaml_parser_load(&parser, &document) == 1 else { throw problem(of: parser, file: file) }
        defer { yaml_document_delete(&document) }
        guard let root = yaml_document_get_root_node(&document) else { return }
        let mark = root.pointee.start_mark
        throw Problem(
            .configuration, "a second YAML document begins here, and only the first is read",
            location: .init(file: file, line: Int(mark.line) + 1, column: Int(mark.column) + 1))
    }

    private static func problem(of parser: yaml_parser_t, file: String) -> Problem {
        let mark = parser.problem_mark
        return Problem(
            .configuration, "not valid YAML", cause: parser.problem.map { String(cString: $0) },
            location: .init(file: file, line: Int(mark.line) + 1, column: Int(mark.column) + 1))
    }

    private struct Unfolding {
        let document: yaml_document_t
        let file: String
        var nodesLeft: Int
        var open: Set<Int32> = []

        mutating func node(_ index: Int32) throws -> YAMLNode {
            // Nodes are numbered from 1 in libyaml's stack.
            let node = document.nodes.start[Int(index) - 1]
            let mark = YAMLMark(line: Int(node.start_mark.line) + 1, column: Int(node.start_mark.column) + 1)
            nodesLeft -= 1
            guard nodesLeft > 0, open.insert(index).inserted else {
                throw Problem(
                    .configuration, "aliases unfold to too much, or to themselves",
                    location: .init(file: file, line: mark.line, column: mark.column))
            }
            defer { open.remove(index) }
            switch node.type {
            case YAML_SEQUENCE_NODE:
                let items = node.data.sequence.items
                return .sequence(try range(items.start, items.top).map { try self.node($0) }, mark)
            case YAML_MAPPING_NODE:
                let pairs = node.data.mapping.pairs
                return .mapping(
                    try range(pairs.start, pairs.top).map { pair in
                        YAMLNode.Pair(key: try self.node(pair.key), value: try self.node(pair.value))
                    }, mark)
            default:
                let scalar = node.data.scalar
                let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
                return .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE, mark)
            }
        }

        private func range<Item>(_ start: UnsafeMutablePointer<Item>?, _ top: UnsafeMutablePointer<Item>?) -> [Item] {
            guard let start, let top else { return [] }
            return Array(UnsafeBufferPointer(start: start, count: top - start))
        }
    }
}
