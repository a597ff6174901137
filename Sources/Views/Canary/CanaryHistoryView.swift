import Basics
package import Canary
package import Terminal

/// Draws the last days of canaries: how many got through, and how long hops took, each as a line of blocks.
package enum CanaryHistoryView {
    package static func lines(_ report: CanaryHistoryReport, on profile: TerminalProfile) -> [StyledText] {
        let width = profile.width ?? .max
        let title: StyledText =
            "\("history", .heading)  stack \(report.stack, .strong)  \(report.from, .faint) to \(report.to, .faint)"
        var lines = title.wrapped(to: width, indent: 9) + [""]
        for region in report.regions { lines += page(region, report, on: profile) + [""] }
        return lines
    }

    private static func page(
        _ region: CanaryHistoryReport.Region, _ report: CanaryHistoryReport, on profile: TerminalProfile
    ) -> [StyledText] {
        let width = profile.width ?? .max
        var lines = head(region, report).wrapped(to: width, indent: 2)
        if let problem = region.problem {
            lines += ("  \("!", .warning) \(problem.description.onOneLine)" as StyledText).wrapped(
                to: width, indent: 4)
        }
        guard region.runs > 0 || region.sum(.unknown, "Sum") > 0 else { return lines }
        let columns = min(72, max(8, (profile.width ?? 110) - 44))
        func line(_ name: String, _ values: [Double?], _ tag: StyledText.Tag, _ figures: String) {
            lines.append(
                StyledText("  \(name)").padded(to: 21)
                    + StyledText(Charts.sparkline(values, columns: columns, unicode: profile.hasUnicode), tag)
                    + StyledText("  \(figures)", .faint))
        }
        let failed = zip(region.values(.success, "SampleCount"), region.values(.success, "Sum")).map { runs, good in
            runs.map { $0 - (good ?? 0) }
        }
        line("failed", failed, failed.contains { ($0 ?? 0) > 0 } ? .bad : .faint, "\(region.runs - region.successes)")
        if region.sum(.unknown) > 0 { line("unknown", region.values(.unknown, "Sum"), .warning, "\(region.sum(.unknown))") }
        for stat in ["p50", "p99"] { times("all \(stat)", region.values(.duration, stat)) }
        for step in CanaryHop.Step.allCases {
            for hop in CanaryHop.Name.allCases {
                let place = "\(step.rawValue)/\(hop.rawValue)"
                times("\(place) p90", region.values(.hopDuration, "p90", hop: place))
            }
        }
        func times(_ name: String, _ values: [Double?]) {
            let known = values.compactMap(\.self)
            guard let last = known.last, let most = known.max() else { return }
            line(name, values, .graph, "\(milliseconds(last)), most \(milliseconds(most))")
        }
        return lines
    }

    /// The end of the last period that has a result: silence since then is worth a look.
    private static func newest(_ region: CanaryHistoryReport.Region, _ report: CanaryHistoryReport) -> String? {
        let results = region.values(.success, "SampleCount")
        guard let last = results.lastIndex(where: { ($0 ?? 0) > 0 }), let end = Units.secondsSince1970(report.to) else {
            return nil
        }
        return UTCTime(secondsSince1970: end - (results.count - 1 - last) * report.periodSeconds).iso8601
    }

    private static func head(_ region: CanaryHistoryReport.Region, _ report: CanaryHistoryReport) -> StyledText {
        var head: StyledText = "\(region.region, .name(region.region))  "
        let unknown = region.sum(.unknown)
        if region.series.isEmpty, region.problem != nil {
            head += "\("no answer", .warning)"
        } else if region.runs == 0 {
            head +=
                unknown == 0 ? "\("nothing", .warning): no canary has put its metrics here" : "\("no run could tell", .warning)"
        } else {
            // Rounded down: 100% means all of them.
            let share = Decimals.seconds((Double(region.successes) / Double(region.runs) * 10_000).rounded(.down) * 10)
            head += StyledText("\(share)% got through", region.successes == region.runs ? .good : .bad)
            head += " of \(region.runs) run\(region.runs == 1 ? "" : "s")"
            if let newest = newest(region, report) { head += StyledText(", the newest before \(newest)", .faint) }
        }
        if unknown > 0 { head += "  \("\(unknown) could not tell", .warning)" }
        for (name, word) in [
            (CanaryMetrics.Name.staleReads, "stale reads"), (.late, "late"), (.lost, "lost"), (.duplicate, "twice"),
        ] {
            let count = region.sum(name)
            if count > 0 { head += "  \("\(count) \(word)", .warning)" }
        }
        return head
    }
}
