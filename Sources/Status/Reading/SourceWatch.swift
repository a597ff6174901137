import Synchronization

/// Which sources of a Region are still awaited, told to whoever watches each time one is not any more.
final class SourceWatch: Sendable {
    private let region: String
    private let report: @Sendable (StatusProgress) -> Void
    private let awaited: Mutex<[StatusSource]>

    init(_ region: String, _ sources: [StatusSource], _ report: @escaping @Sendable (StatusProgress) -> Void) {
        self.region = region
        self.report = report
        awaited = Mutex(sources)
        report(StatusProgress(region: region, awaited: sources))
    }

    func ended(_ source: StatusSource) {
        let left = awaited.withLock { awaited in
            awaited.removeAll { $0 == source }
            return awaited
        }
        report(StatusProgress(region: region, awaited: left))
    }
}
