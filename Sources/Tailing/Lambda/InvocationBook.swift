/// Knows which invocation each line belongs to, which of them are under way, and which will never end.
///
/// A stream is one execution environment, which runs one invocation at a time: lines without an id belong to the one
/// that began last. An invocation is known to have crashed when its stream went on with another START and its own
/// REPORT did not come within a while: REPORT lines are ingested many seconds after the START that follows them.
package struct InvocationBook: Sendable {
    package struct Source: Sendable, Hashable, Comparable {
        package var region: String
        package var group: String

        package init(region: String, group: String) {
            (self.region, self.group) = (region, group)
        }

        package static func < (left: Source, right: Source) -> Bool {
            (left.group, left.region) < (right.group, right.region)
        }
    }

    /// An invocation of which no end was seen.
    package struct Crash: Sendable, Hashable {
        package var source: Source
        package var stream: String
        package var requestID: String
        /// When it began.
        package var timestamp: Int64

        package init(source: Source, stream: String, requestID: String, timestamp: Int64) {
            (self.source, self.stream, self.requestID, self.timestamp) = (source, stream, requestID, timestamp)
        }
    }

    private struct Stream: Hashable {
        var source: Source
        var name: String
    }

    private struct Open {
        var id: String
        var began: Int64
        var timedOut = false
    }

    private struct Overtaken {
        var stream: Stream
        var open: Open
        var at: Int64
    }

    /// How much younger lines must be before an end that did not come is given up: AWS's own lines come within 30 s.
    package static let patience: Int64 = 60_000
    /// Streams remembered; a function with more environments than this at once loses the attribution of the idlest.
    private static let mostStreams = 20_000

    private var running: [Stream: Open] = [:]
    private var overtaken: [String: Overtaken] = [:]
    /// Overtaken ones in the order in which they were; those that ended meanwhile are skipped.
    private var waiting: [(at: Int64, id: String)] = []
    package private(set) var statistics: [Source: InvocationStatistics] = [:]

    package init() {}

    /// - Returns: the id of the invocation the line belongs to, and invocations now known to have crashed.
    package mutating func take(_ line: LogLine, _ lambda: LambdaLine) -> (requestID: String?, crashes: [Crash]) {
        let source = Source(region: line.region, group: line.group)
        let stream = Stream(source: source, name: line.stream)
        switch lambda.kind {
        case .start:
            guard let id = lambda.requestID else { break }
            // One that comes late must not look like the stream's latest.
            if let before = running[stream], before.began > line.timestamp { break }
            if let before = running[stream], before.id != id {
                overtaken[before.id] = Overtaken(stream: stream, open: before, at: line.timestamp)
                waiting.append((line.timestamp, before.id))
            }
            if running[stream]?.id != id { statistics[source, default: .init()].invocations += 1 }
            if running.count >= Self.mostStreams, running[stream] == nil { forgetOldest() }
            running[stream] = Open(id: id, began: line.timestamp)
        case .report:
            guard let id = lambda.requestID, let report = lambda.report else { break }
            var ended = overtaken.removeValue(forKey: id)?.open
            if running[stream]?.id == id { ended = running.removeValue(forKey: stream) }
            // Without a START it was under way when the window began.
            if ended == nil { statistics[source, default: .init()].invocations += 1 }
            var told = report
            // The REPORT of older runtimes has no status.
            if ended?.timedOut == true, told.status == .success { told.status = .timeout }
            statistics[source, default: .init()].take(told)
            return (id, crashes(before: line.timestamp))
        case .timedOut:
            if let id = lambda.requestID {
                if running[stream]?.id == id { running[stream]?.timedOut = true }
                overtaken[id]?.open.timedOut = true
            }
        case .initStart, .initReport:
            return (nil, crashes(before: line.timestamp))
        default: break
        }
        return (lambda.requestID ?? running[stream]?.id, crashes(before: line.timestamp))
    }

    /// Nothing more will be looked at: what was overtaken long enough ago and did not end has crashed. What still runs
    /// has not, and the end of what was overtaken just now may be on its way.
    ///
    /// - Parameter now: milliseconds since 1970.
    package mutating func finish(now: Int64) -> [Crash] { crashes(before: now) }

    // MARK: -

    private mutating func crashes(before moment: Int64) -> [Crash] {
        var found: [Crash] = []
        while let first = waiting.first, first.at + Self.patience < moment {
            waiting.removeFirst()
            guard let lost = overtaken.removeValue(forKey: first.id) else { continue }
            statistics[lost.stream.source, default: .init()].crashes += 1
            statistics[lost.stream.source, default: .init()].errors += 1
            if lost.open.timedOut { statistics[lost.stream.source, default: .init()].timeouts += 1 }
            found.append(
                Crash(
                    source: lost.stream.source, stream: lost.stream.name, requestID: lost.open.id, timestamp: lost.open.began))
        }
        return found
    }

    private mutating func forgetOldest() {
        let oldest = running.values.map(\.began).sorted()[running.count / 2]
        running = running.filter { $0.value.began > oldest }
    }
}
