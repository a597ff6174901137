import Basics

/// The history of one log group, page after page; while one is looked at, the next is on its way.
struct GroupPages: Sendable {
    private typealias Answer = Result<GroupReader.Page, ReadFailure>

    let reader: GroupReader
    private var query: GroupReader.Query
    /// Shown by an earlier tail.
    private let shown: SeenEvents?
    private var ahead: Task<Answer, Never>?
    /// The youngest moment handed out, and what of it: should the read have to begin again, it does so there.
    private var newest = Int64.min
    private var ofNewest: Set<String> = []

    init(_ reader: GroupReader, _ query: GroupReader.Query, shown: SeenEvents?) {
        self.reader = reader
        self.query = query
        self.shown = shown
    }

    mutating func begin() { fetch(nil) }

    func cancel() { ahead?.cancel() }

    private mutating func fetch(_ token: String?) {
        let (reader, query) = (reader, query)
        ahead = Task { () async -> Answer in
            do throws(ReadFailure) { return .success(try await reader.page(query, token: token)) } catch {
                return .failure(error)
            }
        }
    }

    /// The next page that holds something, oldest line first; nil at the end.
    mutating func next() async throws(ReadFailure) -> [LogLine]? {
        while let task = ahead {
            switch await task.value {
            case .success(let page):
                ahead = nil
                if let token = page.token { fetch(token) }
                let lines = unshown(page.lines)
                if !lines.isEmpty { return lines }
            case .failure(.tokenRefused):
                // It lasts for a day: whoever reads slower than that goes on at the line where it was.
                query.start = max(query.start, newest)
                fetch(nil)
            case .failure(let failure): throw failure
            }
        }
        return nil
    }

    private mutating func unshown(_ lines: [LogLine]) -> [LogLine] {
        var lines = lines
        if let first = lines.first, first.timestamp <= newest || shown != nil {
            lines = lines.filter { line in
                guard let id = line.id else { return true }
                if line.timestamp == newest, ofNewest.contains(id) { return false }
                return shown?.contains(id, timestamp: line.timestamp) != true
            }
        }
        guard let last = lines.last else { return lines }
        if last.timestamp > newest { ofNewest = [] }
        newest = last.timestamp
        for line in lines.reversed() {
            guard line.timestamp == newest else { break }
            if let id = line.id { ofNewest.insert(id) }
        }
        return lines
    }
}
