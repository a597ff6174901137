import Basics
package import Canary

/// CloudWatch's embedded metric format: lines for a log from which CloudWatch Logs takes metrics by itself (CloudWatch
/// user guide, "Specification: Embedded metric format").
package enum CanaryEMF {
    /// A line for each Region, and one for each of its hops: they have one more dimension.
    ///
    /// - Parameter now: milliseconds since 1970.
    package static func lines(_ report: CanaryReport, at now: Int64) throws -> [String] {
        try report.regions.flatMap { region in
            let values = CanaryMetrics.values(of: region, in: report)
            var lines = [try line(values.filter { $0.hop == nil }, region, report, at: now)]
            for value in values where value.hop != nil { lines.append(try line([value], region, report, at: now)) }
            return lines
        }
    }

    private static func line(
        _ values: [CanaryMetrics.Value], _ region: CanaryRegionReport, _ report: CanaryReport, at now: Int64
    ) throws -> String {
        let hop = values.first?.hop
        let dimensions: [JSONTree] = ["Stack", "Region"] + (hop == nil ? [] : ["Hop"])
        let metrics = values.map { value -> JSONTree in ["Name": .string(value.name.rawValue), "Unit": .string(value.name.unit)] }
        var document: JSONTree = [
            "_aws": [
                "Timestamp": .number(Double(now)),
                "CloudWatchMetrics": [
                    [
                        "Namespace": .string(CanaryMetrics.namespace), "Dimensions": [.array(dimensions)],
                        "Metrics": .array(metrics),
                    ]
                ],
            ],
            "Stack": .string(report.stack), "Region": .string(region.region),
        ]
        // Not metrics, but what somebody wants to read beside them.
        document["outcome"] = .string(region.outcome.rawValue)
        document["Hop"] = hop.map { .string($0) }
        if hop == nil, let problem = region.problem {
            document["problem"] = .string("\(problem.hop): \(problem.summary)")
        }
        for value in values { document[value.name.rawValue] = .number(value.value) }
        return try JSONView.line(document)
    }
}
