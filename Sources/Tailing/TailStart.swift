import Basics
import HeapModule

/// What is shown before a tail follows, and where following begins in each group.
struct TailStart: Sendable {
    /// So much before now is the follower's, which knows what it has shown by id; what is older is history, of which
    /// nothing has to be kept.
    static let recent: Int64 = 120_000

    /// A group before it is followed.
    struct Beginning: Sendable {
        var group: LogGroupReference
        /// What is to be read yet begins here.
        var since: Int64
        var shown = SeenEvents()
        var live = LiveMatches()
        var lag = LagEstimate()
        /// Whether an earlier tail's cursor says where to begin.
        var isResumed = false
    }

    let options: TailOptions
    let desk: TailDesk
    let work: [String: RegionWork]
    /// Whether it goes on behind the history.
    var isFollowing: Bool { options.window.isFollowing }

    func beginnings(_ groups: [LogGroupReference]) -> [Beginning] {
        groups.map { group in
            guard let known = options.cursor?.group(group) else {
                return Beginning(group: group, since: options.window.start)
            }
            return Beginning(
                group: group, since: known.through, shown: known.shown, live: known.live, isResumed: true)
        }
    }

    private func reader(_ group: LogGroupReference) -> GroupReader { work[group.region]!.reader(group) }

    private func now() -> Int64 { work.values.map(\.pace.now).min() ?? 0 }

    private func missing(_ group: LogGroupReference, _ problem: Problem) throws(Problem) {
        // When following it is waited for.
        guard !isFollowing else { return }
        throw Problem(
            problem.kind, "there is no log group \(group.name) in \(group.region)", cause: problem.cause,
            hint: "check the name and the Region; with --follow it is waited for")
    }

    // MARK: - All of it

    /// Shows everything older than what following will read, in order, and moves the beginnings there.
    func history(_ beginnings: inout [Beginning]) async throws(Problem) {
        for beginning in beginnings { await desk.begin(beginning.group, through: beginning.since) }
        while !Task.isCancelled {
            let end = options.window.end ?? now() - Self.recent
            let due = beginnings.indices.filter { beginnings[$0].since <= end }
            guard !due.isEmpty else { return }
            try await history(&beginnings, due, through: end)
            if !isFollowing { return }
            // It may have taken long: then there is more history by now.
            guard now() - Self.recent - end > Self.recent else { return }
        }
    }

    private func history(_ beginnings: inout [Beginning], _ due: [Int], through end: Int64) async throws(Problem) {
        let limit = HistoryMerge.limit(groups: due.count)
        var merge = HistoryMerge(
            due.map { index in
                let beginning = beginnings[index]
                let query = GroupReader.Query(start: beginning.since, end: end, limit: limit)
                return GroupPages(
                    reader(beginning.group), query, shown: beginning.isResumed ? beginning.shown : nil)
            })
        let byName = Dictionary(
            uniqueKeysWithValues: due.map { ("\(beginnings[$0].group.region) \(beginnings[$0].group.name)", $0) })
        let keepsCursor = desk.keepsCursor
        try await merge.run(missing: missing) { lines in
            await desk.showInOrder(lines)
            await desk.update { $0.fetched += lines.count }
            guard isFollowing || keepsCursor else { return }
            // The last line of each group in there.
            var last: [Int: Int64] = [:]
            for line in lines {
                guard due.count > 1 else {
                    beginnings[due[0]].lag.note(line.lag)
                    last[due[0]] = line.timestamp
                    continue
                }
                guard let index = byName["\(line.region) \(line.group)"] else { continue }
                beginnings[index].lag.note(line.lag)
                last[index] = line.timestamp
            }
            guard keepsCursor else { return }
            for (index, timestamp) in last { await desk.forget(beginnings[index].group, before: timestamp) }
        }
        guard !Task.isCancelled else { return }
        for index in due {
            await desk.expect(beginnings[index].lag)
            // What a cursor knows of the time behind stays known.
            beginnings[index].shown.forget(before: end + 1)
            beginnings[index].live.forget(before: end + 1)
            beginnings[index].since = end + 1
            await desk.forget(beginnings[index].group, before: end + 1)
        }
    }

    // MARK: - The newest of it

    private struct Newest: Comparable {
        var line: LogLine
        static func < (left: Newest, right: Newest) -> Bool {
            (left.line.place, left.line.region, left.line.group, left.line.id ?? "")
                < (right.line.place, right.line.region, right.line.group, right.line.id ?? "")
        }
    }

    /// Shows the newest lines of all groups together, and moves the beginnings to where following has to begin.
    func newest(_ count: Int, _ beginnings: inout [Beginning]) async throws(Problem) {
        let begun = now()
        let window = options.window
        let readers = beginnings.map { NewestLines(reader: reader($0.group), window: window, count: count) }
        let found = await readers.boundedMap(limit: 4) { newest in
            do throws(ReadFailure) { return Result<[LogLine], ReadFailure>.success(try await newest.read(now: begun)) } catch {
                return .failure(error)
            }
        }
        var heap = Heap<Newest>()
        var wasTooMany = false
        for (index, result) in found.enumerated() {
            switch result {
            case .success(let lines):
                for line in lines {
                    heap.insert(Newest(line: line))
                    if heap.count > count {
                        heap.removeMin()
                        wasTooMany = true
                    }
                }
                if lines.count == count { wasTooMany = true }
            case .failure(.missing(let problem)): try missing(beginnings[index].group, problem)
            case .failure(.final(let problem)): throw problem
            case .failure: return
            }
        }
        var lines: [LogLine] = []
        while let line = heap.popMin()?.line { lines.append(line) }
        // What is older than the oldest shown is not wanted; what is newer and was not there yet, is.
        let oldest = wasTooMany ? (lines.first?.place ?? begun) : window.start
        let since = count == 0 ? begun : max(oldest, window.start, begun - Self.recent)
        for index in beginnings.indices {
            beginnings[index].since = since
            await desk.begin(beginnings[index].group, through: since)
        }
        for line in lines where line.timestamp >= since {
            guard let id = line.id,
                let index = beginnings.firstIndex(where: { $0.group.name == line.group && $0.group.region == line.region })
            else { continue }
            _ = beginnings[index].shown.insert(id, timestamp: line.timestamp)
        }
        await desk.showInOrder(lines)
        await desk.update { $0.fetched += lines.count }
    }
}
