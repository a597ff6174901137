/// Lines that are about to be written when a cursor is saved.
///
/// Writing and saving are two steps, and a process may be killed between them. So the cursor is saved first, as if the
/// lines were written, and says which they are and up to which byte of the output each of them reaches. Whoever goes on
/// from it looks at how long the output is, and knows which of them are there.
package struct PendingLines: Sendable, Hashable, Codable {
    /// A file that lines are written to.
    package struct Output: Sendable, Hashable, Codable {
        package var device: UInt64
        package var inode: UInt64
        /// Bytes in it before these lines.
        package var length: Int64

        package init(device: UInt64, inode: UInt64, length: Int64) {
            (self.device, self.inode, self.length) = (device, inode, length)
        }
    }

    struct Line: Sendable, Hashable {
        /// Which of the cursor's groups.
        var group: Int
        var timestamp: Int64
        var place: Int64
        /// Of its id, or of itself where it has none.
        var digest: LineDigest
        var isLive: Bool
        /// Where it ends, in bytes from the first of these lines.
        var end: Int64 = 0
    }

    /// The place of the youngest line shown before these.
    var reached: Int64
    var lines: [Line]
    /// Nil where it is no file: nobody can tell what of them was seen.
    package var output: Output?

    package var count: Int { lines.count }

    /// Where each line ends, by what was drawn for them.
    package mutating func setEnds(_ ends: [Int64]) {
        for (index, end) in ends.enumerated() where index < lines.count { lines[index].end = end }
    }

    /// How many of the lines are in the output.
    ///
    /// - Parameter now: the output as it is; nil where there is none to look at.
    /// - Returns: nil where that cannot be told: it is another output, or somebody else writes there too.
    func written(now: Output?) -> Int? {
        guard let output, let now, output.device == now.device, output.inode == now.inode else { return nil }
        let length = now.length - output.length
        guard length >= 0, length <= lines.last?.end ?? 0 else { return nil }
        // Lines that draw nothing are written with what stands before them.
        return lines.firstIndex { $0.end > length } ?? lines.count
    }
}

/// As one string: group, timestamp, place, digest (`-` before that of a line without an id) and end.
extension PendingLines.Line: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let parts = try container.decode(String.self).split(separator: " ")
        guard parts.count == 5, let group = Int(parts[0]), let timestamp = Int64(parts[1]), let place = Int64(parts[2]),
            let digest = LineDigest(text: parts[3].drop { $0 == "-" }), let end = Int64(parts[4])
        else { throw DecodingError.dataCorruptedError(in: container, debugDescription: "no line") }
        self.init(
            group: group, timestamp: timestamp, place: place, digest: digest, isLive: parts[3].first == "-", end: end)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode("\(group) \(timestamp) \(place) \(isLive ? "-" : "")\(digest.text) \(end)")
    }
}

extension TailCursor {
    /// A cursor that was saved before its last lines were written, set right by what of them is in the output.
    ///
    /// - Parameter output: the output as it is now; nil where it is no file.
    /// - Returns: how many lines come again although they may have been seen; none where it is known.
    package mutating func settle(output: PendingLines.Output?) -> Int {
        guard let pending else { return 0 }
        self.pending = nil
        let written = pending.written(now: output)
        var place = pending.reached
        for (index, line) in pending.lines.enumerated() where groups.indices.contains(line.group) {
            if index < written ?? 0 {
                place = max(place, line.place)
            } else if line.isLive {
                groups[line.group].live.remove(line.digest, timestamp: line.timestamp)
            } else {
                groups[line.group].shown.remove(line.digest, timestamp: line.timestamp)
            }
        }
        reached = place
        return written == nil ? pending.count : 0
    }
}
