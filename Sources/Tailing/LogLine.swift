/// One event of a log group, as it is shown. Times are milliseconds since 1970, as CloudWatch Logs counts.
package struct LogLine: Sendable, Hashable {
    package var region: String
    package var group: String
    package var stream: String
    /// CloudWatch's `eventId`; nil for what only a live tail has shown so far, whose events carry none.
    package var id: String?
    /// When it happened, by the clock of whoever wrote it.
    package var timestamp: Int64
    /// When CloudWatch took it in.
    package var ingestionTime: Int64
    package var message: String
    /// Shown after something younger: its place in the order had passed when it came.
    package var isLate = false

    package init(
        region: String, group: String, stream: String, id: String?, timestamp: Int64, ingestionTime: Int64, message: String
    ) {
        self.region = region
        self.group = group
        self.stream = stream
        self.id = id
        self.timestamp = timestamp
        self.ingestionTime = ingestionTime
        self.message = message
    }

    /// Its place in time. An event dated ahead of its own ingestion (CloudWatch takes up to two hours) stands where it
    /// was taken in: it could not be ordered by a moment that has not come, and must not hold up the rest.
    package var place: Int64 { min(timestamp, ingestionTime) }

    /// How long it took to become visible; never negative.
    package var lag: Int64 { max(0, ingestionTime - timestamp) }
}
