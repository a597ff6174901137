import Basics
package import Canary
package import Terminal

/// Draws what many runs came to: a table of percentiles for each Region.
package enum CanarySeriesView {
    package static func lines(_ report: CanarySeriesReport, on profile: TerminalProfile) -> [StyledText] {
        let width = profile.width ?? .max
        let title: StyledText =
            "\("canary", .heading)  stack \(report.stack, .strong)  \(count(report.runs, "run")) since \(report.startedAt, .faint)"
        var lines = title.wrapped(to: width, indent: 8) + [""]
        for region in report.regions { lines += table(region, on: profile) + [""] }
        var verdict: StyledText = "\(CanaryView.word(report.outcome))  "
        verdict += "\(count(report.runs, "run")) in \(milliseconds(report.tookMs))"
        if report.regions.contains(where: { $0.hops.contains { $0.clock == .function } }) {
            lines += StyledText("~ by the function's clock, which may differ from this one", .faint).wrapped(to: width, indent: 2)
        }
        return lines + verdict.wrapped(to: width, indent: 2)
    }

    /// Above the page while it runs.
    package static func header(
        _ report: CanarySeriesReport, of all: Int?, on profile: TerminalProfile
    ) -> StyledText {
        let done = all.map { "\(report.runs) of \($0)" } ?? "\(report.runs)"
        return "\("series", .heading)  \(done) runs, \(milliseconds(report.tookMs))  \("q or Ctrl-C ends it", .faint)"
    }

    package static func progress(_ report: CanarySeriesReport, of all: Int?) -> StyledText {
        StyledText("\(report.runs)\(all.map { " of \($0)" } ?? "") runs")
    }

    // MARK: -

    private static func table(_ region: CanarySeriesReport.Region, on profile: TerminalProfile) -> [StyledText] {
        let width = profile.width ?? .max
        let counts: [(Int, CanaryOutcome)] = [
            (region.outcomes.ok, .ok), (region.outcomes.slow, .slow), (region.outcomes.unknown, .unknown),
            (region.outcomes.broken, .broken),
        ]
        var head: StyledText = "\(region.region, .name(region.region))"
        for (number, outcome) in counts where number > 0 { head += "  \(number) \(CanaryView.word(outcome))" }
        if region.staleReads > 0 { head += "  \(count(region.staleReads, "stale read"), .warning)" }
        var lines = head.wrapped(to: width, indent: 2)
        guard let total = region.total else { return lines + problems(region, on: profile) }
        lines.append(StyledText("  " + cells(["", "", "p50", "p90", "p99", "max"]), .faint))
        for hop in region.hops {
            let step = hop.hop == .accept ? hop.step.rawValue : ""
            lines.append(row([step, hop.hop.rawValue], hop.times, tilde: hop.clock == .function))
        }
        lines.append(row(["all", ""], total, tilde: false))
        return lines + problems(region, on: profile)
    }

    private static func row(_ names: [String], _ times: LatencySummary, tilde: Bool) -> StyledText {
        let figures = [times.p50, times.p90, times.p99, times.max].map { (tilde ? "~" : "") + milliseconds($0) }
        return StyledText("  " + cells(names + figures), tilde ? .faint : .plain)
    }

    private static func cells(_ texts: [String]) -> String {
        texts.enumerated().map { index, text in
            let missing = String(repeating: " ", count: max(0, (index < 2 ? 8 : 9) - text.count))
            return index < 2 ? text + missing : missing + text
        }.joined(separator: " ")
    }

    private static func problems(_ region: CanarySeriesReport.Region, on profile: TerminalProfile) -> [StyledText] {
        region.problems.flatMap { problem -> [StyledText] in
            let sentence: StyledText =
                "  \(problem.count) x \(problem.hop, .strong): \(problem.summary.onOneLine)"
            let hint = problem.hint.map { StyledText("    \(profile.hasUnicode ? "→" : "->") \($0)") }
            return sentence.wrapped(to: profile.width ?? .max, indent: 4) + [hint].compactMap(\.self)
        }
    }
}

/// Draws whether what was written in one Region could be read in another at once.
package enum ConsistencyView {
    package static func lines(_ report: ConsistencyReport, on profile: TerminalProfile) -> [StyledText] {
        let width = profile.width ?? .max
        let title: StyledText =
            "\("consistency", .heading)  stack \(report.stack, .strong)  \(report.startedAt, .faint)"
        var lines = title.wrapped(to: width, indent: 8) + [""]
        let arrow = profile.hasUnicode ? "→" : "->"
        for leg in report.legs {
            let stale: StyledText =
                leg.staleReads == 0
                ? StyledText("no stale read", leg.writes > 0 ? .good : .plain)
                : StyledText("\(count(leg.staleReads, "stale read")) after \(count(leg.staleWrites, "write"))", .bad)
            let line: StyledText =
                "\(leg.from, .name(leg.from)) \(arrow) \(leg.to, .name(leg.to))  \(count(leg.writes, "write")), \(stale)"
            lines += line.wrapped(to: width, indent: 2)
            for (name, times) in [("write", leg.write), ("read", leg.read), ("stale for", leg.staleFor)] {
                guard let times else { continue }
                lines.append(
                    StyledText("  \(name)").padded(to: 13)
                        + "p50 \(milliseconds(times.p50))  p90 \(milliseconds(times.p90))  p99 \(milliseconds(times.p99))  max \(milliseconds(times.max))"
                )
            }
            if leg.unseen > 0 { lines.append("  \("\(count(leg.unseen, "write")) never seen", .bad)") }
            if leg.failed > 0 { lines.append("  \("\(count(leg.failed, "write")) failed", .warning)") }
            if let problem = leg.problem {
                lines += ("  \(problem.onOneLine)" as StyledText).wrapped(to: width, indent: 4)
            }
        }
        let verdict: StyledText = "\(CanaryView.word(report.outcome))  \(sentence(report))"
        return lines + [""] + verdict.wrapped(to: width, indent: 2)
    }

    package static func progress(done: Int, of all: Int) -> StyledText { StyledText("\(done) of \(all) writes") }

    private static func sentence(_ report: ConsistencyReport) -> String {
        let reads = report.legs.reduce(0) { $0 + $1.reads }
        let stale = report.legs.reduce(0) { $0 + $1.staleReads }
        return "\(count(reads, "read")) right after a commit, \(stale == 0 ? "none" : "\(stale)") stale"
    }
}

private func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
