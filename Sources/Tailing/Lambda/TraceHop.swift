/// One invocation that an event went through.
package struct TraceHop: Sendable, Hashable {
    package var source: InvocationBook.Source
    package var requestID: String
    /// Milliseconds since 1970, of its first line.
    package var began: Int64
    /// Of its last one.
    package var ended: Int64
    /// As its REPORT says, in milliseconds; nil where none came.
    package var duration: Double?
    package var isError = false

    package init(source: InvocationBook.Source, requestID: String, began: Int64, ended: Int64) {
        (self.source, self.requestID, self.began, self.ended) = (source, requestID, began, ended)
    }

    /// Of an invocation's lines; nil where they are of none.
    init?(_ lines: [SievedLine]) {
        guard let first = lines.first, let id = first.requestID else { return nil }
        let times = lines.map(\.line.timestamp)
        self.init(
            source: .init(region: first.line.region, group: first.line.group), requestID: id, began: times.min()!,
            ended: times.max()!)
        duration = lines.lazy.compactMap(\.lambda.report?.duration).first
        isError = lines.contains(where: \.lambda.isError)
    }

    /// With lines of it that came later.
    func joined(_ other: TraceHop) -> TraceHop {
        var joined = self
        (joined.began, joined.ended) = (min(began, other.began), max(ended, other.ended))
        joined.duration = duration ?? other.duration
        joined.isError = isError || other.isError
        return joined
    }
}
