import Basics
package import Canary

/// The text format that Prometheus' node exporter takes from a file.
///
/// It has no timestamps: one of them, and the whole file is passed over (node_exporter, textfile collector). Whoever wants
/// to know how old it is looks at `taskops_canary_last_run_timestamp_seconds`.
package enum CanaryPrometheus {
    private struct Family {
        var name: String
        var type: String
        var help: String
        var samples: [(labels: [(String, String)], value: String)] = []
    }

    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - earlier: the file as it is now. When a task last got through is taken from it where no memory tells.
    package static func text(_ report: CanaryReport, at now: Int64, earlier: String?) -> String {
        families(report, at: now, earlier: earlier).filter { !$0.samples.isEmpty }.map { family in
            let lines = family.samples.map { sample in
                let labels = sample.labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
                return "\(family.name){\(labels)} \(sample.value)\n"
            }
            return "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.type)\n" + lines.joined()
        }.joined()
    }

    private static func families(_ report: CanaryReport, at now: Int64, earlier: String?) -> [Family] {
        let stack = ("stack", report.stack)
        var success = Family(
            name: "success", type: "gauge",
            help: "1 when the task got through, 0 when it did not; nothing when nobody could tell.")
        var outcome = Family(name: "outcome", type: "gauge", help: "1 for the outcome of the last run.")
        var verdict = Family(name: "verdict", type: "gauge", help: "1 for what the last run and those before it come to.")
        var duration = Family(
            name: "duration_seconds", type: "gauge", help: "From sending the first event to seeing the task completed everywhere."
        )
        var hops = Family(name: "hop_duration_seconds", type: "gauge", help: "How long each hop took after the one before it.")
        var stale = Family(
            name: "stale_reads", type: "gauge", help: "Reads at the peer that did not see what was visible at home.")
        var lastRun = Family(name: "last_run_timestamp_seconds", type: "gauge", help: "When the last run ended.")
        var lastSuccess = Family(name: "last_success_timestamp_seconds", type: "gauge", help: "When a task last got through.")
        var pending = Family(name: "pending_events", type: "gauge", help: "Events that were accepted and have not come.")
        var counters = ["late", "lost", "duplicate"].map {
            Family(
                name: "\($0)_events_total", type: "counter",
                help: "Events of earlier runs that were \($0), since the memory began.")
        }
        for region in report.regions {
            let labels = [stack, ("region", region.region)]
            let memory = report.watch?.regions.first { $0.region == region.region }
            if region.outcome != .unknown { success.samples.append((labels, region.outcome == .broken ? "0" : "1")) }
            for word in CanaryOutcome.allCases {
                outcome.samples.append((labels + [("outcome", word.rawValue)], word == region.outcome ? "1" : "0"))
                verdict.samples.append(
                    (labels + [("verdict", word.rawValue)], word == (memory?.verdict ?? region.outcome) ? "1" : "0"))
            }
            if let total = region.totalMs { duration.samples.append((labels, Decimals.seconds(total))) }
            for hop in region.hops {
                guard let ms = hop.ms else { continue }
                hops.samples.append(
                    (labels + [("step", hop.step.rawValue), ("hop", hop.hop.rawValue)], Decimals.seconds(ms)))
            }
            for pair in report.consistency where pair.from == region.region {
                stale.samples.append((labels + [("peer", pair.to)], "\(pair.staleReads)"))
            }
            lastRun.samples.append((labels, Decimals.seconds(Double(now))))
            if region.outcome <= .slow {
                lastSuccess.samples.append((labels, Decimals.seconds(Double(now))))
            } else if let known = memory?.lastSuccess.flatMap(Units.secondsSince1970) {
                lastSuccess.samples.append((labels, "\(known)"))
            } else if let known = carried(labels, from: earlier) {
                lastSuccess.samples.append((labels, known))
            }
            guard let memory else { continue }
            pending.samples.append((labels, "\(memory.pending)"))
            for (index, count) in [memory.late, memory.lost, memory.duplicates].enumerated() {
                counters[index].samples.append((labels, "\(count)"))
            }
        }
        return ([success, outcome, verdict, duration, hops, stale, lastRun, lastSuccess, pending] + counters).map { family in
            var family = family
            family.name = "taskops_canary_\(family.name)"
            return family
        }
    }

    /// What the file said before of this Region's last success, if it is a number.
    private static func carried(_ labels: [(String, String)], from earlier: String?) -> String? {
        let shown = labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
        let begin = "taskops_canary_last_success_timestamp_seconds{\(shown)} "
        let line = earlier?.split(whereSeparator: \.isNewline).first { $0.hasPrefix(begin) }
        return line.map { String($0.dropFirst(begin.count)) }.flatMap { text in Double(text).map { _ in text } }
    }

    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            default: String(character)
            }
        }.joined()
    }
}
