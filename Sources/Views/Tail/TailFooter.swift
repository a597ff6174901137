import Basics
package import Tailing
package import Terminal

/// What `--stats` says at the end: a row for each function, and what became of the lines.
package enum TailFooter {
    package static func lines(
        _ statistics: [InvocationBook.Source: InvocationStatistics], _ state: TailState, on profile: TerminalProfile
    ) -> [StyledText] {
        var lines: [StyledText] = []
        for (source, figures) in statistics.sorted(by: { $0.key < $1.key }) {
            let name: StyledText =
                "\(TailView.short(source.group), .name(source.group)) \(source.region, .name(source.region))"
            lines.append(name)
            lines.append("  " + counts(figures))
            if let text = durations(figures) { lines.append("  " + text) }
            if let text = memory(figures) { lines.append("  " + text) }
        }
        lines.append(summary(state))
        return lines.flatMap { $0.wrapped(to: profile.width ?? .max, indent: 4) }
    }

    /// The way of an event: each invocation that it went through, when it began after the one before, and how long it took.
    package static func hops(_ hops: [TraceHop], of trace: String, on profile: TerminalProfile) -> [StyledText] {
        guard let first = hops.first else { return ["no invocation names \(trace) here"] }
        let took = hops.last!.ended - first.began
        var lines: [StyledText] = ["\("hops", .strong) of \(trace): \(hops.count), \(milliseconds(Double(took))) in all"]
        let names = hops.map { TailView.short($0.source.group) }
        let (region, name) = (hops.map(\.source.region.count).max()!, min(40, names.map(\.count).max()!))
        var before = first.began
        for (hop, group) in zip(hops, names) {
            let time = UTCTime(microsecondsSince1970: hop.began * 1000)
            let wait = hop == first ? "" : "+" + milliseconds(Double(hop.began - before))
            before = hop.began
            var line: StyledText = "  \(time.clockText).\((time.microsecond / 1000).padded(3))Z "
            line += StyledText(wait).padded(to: 9) + " "
            line += StyledText(hop.source.region, .name(hop.source.region)).padded(to: region) + " "
            line += StyledText(group, .name(hop.source.group)).padded(to: name) + " "
            line += StyledText(String(hop.requestID.prefix(8)), .name(hop.requestID)) + " "
            line += hop.duration.map { StyledText("took " + milliseconds($0)) } ?? StyledText("no REPORT yet", .warning)
            if hop.isError { line += ", " + StyledText("failed", .bad) }
            lines.append(line)
        }
        return lines.flatMap { $0.wrapped(to: profile.width ?? .max, indent: 4) }
    }

    private static func counts(_ figures: InvocationStatistics) -> StyledText {
        var text: StyledText = "\(StyledText("invocations").padded(to: 11)) \(figures.invocations)"
        func add(_ count: Int, _ what: String, _ tag: StyledText.Tag) {
            text += ", " + StyledText("\(count) \(what)", count > 0 ? tag : .plain)
        }
        add(figures.errors, figures.errors == 1 ? "error" : "errors", .bad)
        if figures.timeouts > 0 { add(figures.timeouts, "timed out", .bad) }
        if figures.crashes > 0 { add(figures.crashes, "crashed", .bad) }
        add(figures.coldStarts, figures.coldStarts == 1 ? "cold start" : "cold starts", .warning)
        if let usual = figures.initDurations.quantile(0.5) { text += " (init p50 \(milliseconds(usual)))" }
        return text
    }

    private static func durations(_ figures: InvocationStatistics) -> StyledText? {
        guard let p50 = figures.durations.quantile(0.5), let p95 = figures.durations.quantile(0.95),
            let p99 = figures.durations.quantile(0.99)
        else { return nil }
        let label = StyledText("duration").padded(to: 11)
        return """
            \(label) p50 \(milliseconds(p50)), p95 \(milliseconds(p95)), p99 \(milliseconds(p99)), \
            longest \(milliseconds(figures.durations.longest))
            """
    }

    private static func memory(_ figures: InvocationStatistics) -> StyledText? {
        guard let used = figures.maxMemoryUsed, let size = figures.memorySize, size > 0 else { return nil }
        let left = max(0, (size - used) * 100 / size)
        let label = StyledText("memory").padded(to: 11)
        return "\(label) \(used) of \(size) MB at the most, \("\(left) % left", left < 10 ? .bad : left < 20 ? .warning : .plain)"
    }

    private static func summary(_ state: TailState) -> StyledText {
        var text: StyledText = "\("lines", .strong) \(state.shown) shown, \(state.late) late, \(state.recovered) recovered"
        if state.sampled > 0 {
            text += ", " + StyledText("\(state.sampled) live update\(state.sampled == 1 ? "" : "s") sampled", .warning)
        }
        if state.gaps > 0 { text += ", " + StyledText("\(state.gaps) known gap\(state.gaps == 1 ? "" : "s")", .bad) }
        if let complete = state.completeThrough, complete != .max {
            text += "; complete through \(UTCTime(secondsSince1970: Int(complete / 1000)).iso8601)"
        }
        return text
    }
}
