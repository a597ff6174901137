package import FoundationEssentials

/// A page of FilterLogEvents read by hand: a history of a million events is a thousand pages of a megabyte each, and
/// `JSONDecoder` would be most of what they cost (89 MB/s measured, against several hundred of this).
extension CloudWatchLogs {
    /// What is read of an answer. Members that this program does not know are passed over, whatever they are.
    package static func readPage(_ body: Data) throws -> FilterLogEventsOutput {
        var page = FilterLogEventsOutput()
        // As for every operation, nothing at all is an empty answer.
        guard !body.isEmpty else { return page }
        try body.withUnsafeBytes { raw in
            try raw.withMemoryRebound(to: UInt8.self) { bytes in
                var scan = JSONScan(bytes)
                try scan.object { (scan, name) throws(JSONScan.Failure) in
                    if name.isName("events") {
                        page.events = try scan.null() ? nil : events(&scan, expected: bytes.count / 400)
                    } else if name.isName("nextToken") {
                        page.nextToken = try scan.null() ? nil : scan.string()
                    } else {
                        try scan.skip()
                    }
                }
                try scan.end()
            }
        }
        return page
    }

    private static func events(_ scan: inout JSONScan, expected: Int) throws(JSONScan.Failure) -> [LogEvent] {
        var events: [LogEvent] = []
        events.reserveCapacity(expected)
        var stream: String?
        try scan.array { (scan) throws(JSONScan.Failure) in
            var event = LogEvent()
            try scan.object { (scan, name) throws(JSONScan.Failure) in
                if name.isName("message") {
                    event.message = try scan.null() ? nil : scan.string()
                } else if name.isName("timestamp") {
                    event.timestamp = try scan.null() ? nil : scan.integer()
                } else if name.isName("ingestionTime") {
                    event.ingestionTime = try scan.null() ? nil : scan.integer()
                } else if name.isName("eventId") {
                    event.eventID = try scan.null() ? nil : scan.string()
                } else if name.isName("logStreamName") {
                    event.logStreamName = try scan.null() ? nil : scan.string(orSameAs: stream)
                    stream = event.logStreamName
                } else {
                    try scan.skip()
                }
            }
            events.append(event)
        }
        return events
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func isName(_ name: StaticString) -> Bool {
        count == name.utf8CodeUnitCount && (0..<count).allSatisfy { self[$0] == name.utf8Start[$0] }
    }
}
