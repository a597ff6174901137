/// What a run is in figures: the one list that CloudWatch's metrics, EMF, Prometheus and OTLP are made of.
///
/// docs/canary-metrics.md says the same for people.
package enum CanaryMetrics {
    package static let namespace = "TaskOps/Canary"

    /// One value of one Region. Every metric has the dimensions `Stack` and `Region`, and those of hops `Hop` as well.
    package struct Value: Sendable, Hashable {
        package var name: Name
        package var value: Double
        /// `create/commit` …
        package var hop: String?
    }

    package enum Name: String, Sendable, Hashable, CaseIterable {
        /// 1 when the task got through, also slowly; 0 when it did not; nothing when nobody could tell.
        case success = "Success"
        /// 1 when nobody could tell: credentials, configuration, the prober itself; otherwise 0.
        case unknown = "Unknown"
        /// From sending the first event to seeing the task completed everywhere; only when it was.
        case duration = "Duration"
        /// How long a hop took after the one before it.
        case hopDuration = "HopDuration"
        /// Reads at the peer that did not see what was visible at home.
        case staleReads = "StaleReads"
        /// Events of earlier runs, only when there are any.
        case late = "LateEvents"
        case lost = "LostEvents"
        case duplicate = "DuplicateEvents"

        /// As CloudWatch writes units.
        package var unit: String {
            switch self {
            case .duration, .hopDuration: "Milliseconds"
            default: "Count"
            }
        }
    }

    package static func dimensions(stack: String, region: String, hop: String?) -> [(name: String, value: String)] {
        [("Stack", stack), ("Region", region)] + (hop.map { [("Hop", $0)] } ?? [])
    }

    package static func values(of region: CanaryRegionReport, in report: CanaryReport) -> [Value] {
        var values: [Value] = []
        switch region.outcome {
        case .ok, .slow: values.append(Value(name: .success, value: 1))
        case .broken: values.append(Value(name: .success, value: 0))
        case .unknown: break
        }
        values.append(Value(name: .unknown, value: region.outcome == .unknown ? 1 : 0))
        if let total = region.totalMs { values.append(Value(name: .duration, value: total)) }
        for hop in region.hops {
            if let ms = hop.ms { values.append(Value(name: .hopDuration, value: ms, hop: hop.place)) }
        }
        if let pair = report.consistency.first(where: { $0.from == region.region }) {
            values.append(Value(name: .staleReads, value: Double(pair.staleReads)))
        }
        for (kind, name) in [(CanaryWatch.Event.Kind.late, Name.late), (.lost, .lost), (.duplicate, .duplicate)] {
            let count = (report.watch?.events ?? []).count { $0.kind == kind && $0.region == region.region }
            if count > 0 { values.append(Value(name: name, value: Double(count))) }
        }
        return values
    }
}

extension CanaryHop {
    /// `create/commit`.
    package var place: String { "\(step.rawValue)/\(hop.rawValue)" }
}
