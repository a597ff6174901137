package import Basics
package import FoundationEssentials

/// What of each group was shown, so that a later run goes on where this one ended: nothing lost, nothing twice.
///
/// Save it before its `pending` lines are written, and in one step (a new file, renamed over the old one): half of one is
/// refused when it is read. Settle it before it is used again.
package struct TailCursor: Sendable, Hashable, Codable {
    package static let currentVersion = 1

    package struct Group: Sendable, Hashable, Codable {
        var group: LogGroupReference
        /// Nothing older than this is shown any more; of what is not older, `shown` and `live` know what was.
        var through: Int64
        var shown: SeenEvents
        /// Lines that a live tail showed, and that no id is known of.
        var live: LiveMatches
    }

    package private(set) var version = TailCursor.currentVersion
    /// What it belongs to: a stack's name, or what else the caller tells tails apart by.
    package private(set) var scope: String
    /// The place of the youngest line shown: what is older than that is late.
    package internal(set) var reached = Int64.min
    package internal(set) var groups: [Group] = []
    /// Lines that count as shown in here, and that are being written.
    package var pending: PendingLines?

    package init(scope: String) {
        self.scope = scope
    }

    /// - Parameters:
    ///   - data: as `data` gave it, perhaps to another version of this program.
    ///   - file: where it was read, for what to do about it.
    package init(_ data: Data, scope: String, file: String) throws(Problem) {
        struct Head: Decodable {
            var version: Int
        }
        func refused(_ cause: String) -> Problem {
            Problem(
                .configuration, "the cursor in \(file) cannot be used", cause: cause,
                hint: "to begin anew, remove the file; lines that were shown may come again")
        }
        // The version first: of another one nothing else is known.
        guard let head = try? JSONDecoder().decode(Head.self, from: data) else {
            throw refused("it is damaged, or no cursor of taskops")
        }
        guard head.version == Self.currentVersion else {
            throw refused("it is of version \(head.version), and this program reads version \(Self.currentVersion)")
        }
        do { self = try JSONDecoder().decode(Self.self, from: data) } catch { throw refused("it is damaged") }
        guard self.scope == scope else { throw refused("it belongs to \(self.scope), not to \(scope)") }
    }

    package var data: Data {
        get throws(Problem) {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            do { return try encoder.encode(self) } catch {
                throw Problem(.defect, "the cursor cannot be written", cause: "\(error)")
            }
        }
    }

    func group(_ reference: LogGroupReference) -> Group? {
        groups.first { $0.group == reference }
    }
}
