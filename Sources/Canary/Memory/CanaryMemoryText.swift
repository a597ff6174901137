import AWSSigning
package import FoundationEssentials

/// The memory as bytes: a line that says what the file is, with a checksum of what follows, then JSON.
///
/// A write that was cut off at any byte does not pass for a whole one, and somebody else's file not for ours.
package enum CanaryMemoryText {
    package enum Unreadable: Error, Sendable, Hashable {
        /// It is ours, and not whole.
        case damaged
        /// A newer taskops wrote it.
        case newer(version: Int)
        /// Nothing of ours: it is not to be touched.
        case foreign
        /// Ours, of another stack.
        case otherStack(String)
    }

    static let version = 1
    private static let title = "taskops-canary-state"

    package static func bytes(of memory: CanaryMemory) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = try encoder.encode(memory) + Data("\n".utf8)
        return Data("\(title) \(version) \(Digest.hex(Digest.sha256(body)))\n".utf8) + body
    }

    package static func memory(from data: Data, stack: String) throws(Unreadable) -> CanaryMemory {
        let bytes = Array(data)
        let start = Array("\(title) ".utf8)
        guard bytes.count > start.count, bytes.starts(with: start) else {
            throw start.starts(with: bytes) ? .damaged : .foreign
        }
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let words = String(decoding: line, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        // A first line that is cut off may have lost a digit of the version, so nothing in it counts.
        guard line.count < bytes.count, words.count >= 2, let found = Int(words[1]) else { throw .damaged }
        guard found <= version else { throw .newer(version: found) }
        let body = Data(bytes[(line.count + 1)...])
        guard found == version, words.count == 3, words[2] == Digest.hex(Digest.sha256(body)),
            let memory = try? JSONDecoder().decode(CanaryMemory.self, from: body)
        else { throw .damaged }
        guard memory.stack == stack else { throw .otherStack(memory.stack) }
        return memory
    }
}
