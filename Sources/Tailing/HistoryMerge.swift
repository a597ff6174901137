import Basics
import HeapModule

/// Several groups' histories in one order of time, a page of each in memory and one on its way.
struct HistoryMerge: Sendable {
    /// The source whose next line is the oldest comes first.
    private struct Head: Comparable {
        var place: Int64
        var source: Int

        static func < (left: Head, right: Head) -> Bool {
            (left.place, left.source) < (right.place, right.source)
        }
    }

    /// Lines handed on at once, at the most, when several sources are merged.
    private static let batch = 4096

    private var sources: [GroupPages]
    private var pages: [[LogLine]]
    private var positions: [Int]

    init(_ sources: [GroupPages]) {
        self.sources = sources
        pages = Array(repeating: [], count: sources.count)
        positions = Array(repeating: 0, count: sources.count)
    }

    /// How many events to ask for at once: with many groups less of each, so that all pages together stay small.
    static func limit(groups: Int) -> Int? { groups < 3 ? nil : max(300, 12_000 / groups) }

    /// - Parameters:
    ///   - missing: decides about a group that does not exist: passed over, or the end.
    ///   - hand: shows lines; back when they are shown.
    mutating func run(
        missing: (LogGroupReference, Problem) throws(Problem) -> Void, hand: ([LogLine]) async -> Void
    ) async throws(Problem) {
        for source in sources.indices { sources[source].begin() }
        defer { for source in sources { source.cancel() } }
        var heads = Heap<Head>()
        for source in sources.indices {
            if try await turnPage(source, missing) { heads.insert(head(source)) }
        }
        var ready: [LogLine] = []
        while let first = heads.popMin(), !Task.isCancelled {
            let next = heads.min
            let source = first.source
            if next == nil, ready.isEmpty, positions[source] == 0 {
                // The only one left: its pages are in order already.
                await hand(pages[source])
                if try await turnPage(source, missing) { heads.insert(head(source)) }
                continue
            }
            var position = positions[source]
            while position < pages[source].count {
                let line = pages[source][position]
                if let next, Head(place: line.place, source: source) > next { break }
                ready.append(line)
                position += 1
            }
            positions[source] = position
            if ready.count >= Self.batch {
                await hand(ready)
                ready.removeAll(keepingCapacity: true)
            }
            if position < pages[source].count {
                heads.insert(head(source))
            } else if try await turnPage(source, missing) {
                heads.insert(head(source))
            }
        }
        if !ready.isEmpty { await hand(ready) }
    }

    private func head(_ source: Int) -> Head {
        Head(place: pages[source][positions[source]].place, source: source)
    }

    private mutating func turnPage(
        _ source: Int, _ missing: (LogGroupReference, Problem) throws(Problem) -> Void
    ) async throws(Problem) -> Bool {
        positions[source] = 0
        pages[source] = []
        do throws(ReadFailure) {
            guard let page = try await sources[source].next() else { return false }
            pages[source] = page
            return true
        } catch {
            switch error {
            case .cancelled, .tokenRefused: return false
            case .missing(let problem):
                try missing(sources[source].reader.group, problem)
                return false
            case .final(let problem): throw problem
            }
        }
    }
}
