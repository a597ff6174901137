import Basics
package import Canary

/// The body of an OTLP/HTTP export in JSON (OpenTelemetry protocol 1.x, `ExportMetricsServiceRequest`): 64-bit integers are
/// strings, as proto3's JSON mapping writes them.
package enum CanaryOTLP {
    /// - Parameter now: milliseconds since 1970.
    package static func document(_ report: CanaryReport, at now: Int64, host: String) throws -> String {
        let time: JSONTree = .string("\(now)000000")
        var points: [CanaryMetrics.Name: [JSONTree]] = [:]
        for region in report.regions {
            for value in CanaryMetrics.values(of: region, in: report) {
                var attributes = [("cloud.region", region.region)]
                if let hop = value.hop { attributes.append(("taskops.canary.hop", hop)) }
                let scale = value.name.unit == "Milliseconds" ? 1000.0 : 1
                points[value.name, default: []].append([
                    "attributes": list(attributes), "timeUnixNano": time, "asDouble": .number(value.value / scale),
                ])
            }
        }
        let metrics = CanaryMetrics.Name.allCases.compactMap { name -> JSONTree? in
            points[name].map {
                [
                    "name": .string("taskops.canary.\(words(name.rawValue))"),
                    "unit": .string(name.unit == "Milliseconds" ? "s" : "1"), "gauge": ["dataPoints": .array($0)],
                ]
            }
        }
        return try JSONView.line(
            [
                "resourceMetrics": [
                    [
                        "resource": [
                            "attributes": list([
                                ("service.name", "taskops-canary"), ("service.instance.id", host),
                                ("taskops.stack", report.stack),
                            ])
                        ],
                        "scopeMetrics": [["scope": ["name": "taskops"], "metrics": .array(metrics)]],
                    ]
                ]
            ] as JSONTree)
    }

    private static func list(_ attributes: [(String, String)]) -> JSONTree {
        .array(attributes.map { ["key": .string($0), "value": ["stringValue": .string($1)]] })
    }

    /// `HopDuration` → `hop.duration`, as OpenTelemetry names things.
    private static func words(_ name: String) -> String {
        name.enumerated().map { index, letter in
            letter.isUppercase ? (index == 0 ? "" : ".") + letter.lowercased() : String(letter)
        }.joined()
    }
}
