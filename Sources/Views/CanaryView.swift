import Basics
package import Canary
import Findings
package import Terminal

/// Draws a ``CanaryReport`` for people: a ledger per Region, each hop with its time and its place in time.
package enum CanaryView {
    package static func lines(_ report: CanaryReport, on profile: TerminalProfile) -> [StyledText] {
        let scale = report.regions.map(end).max() ?? 0
        let width = profile.width ?? .max
        let title: StyledText = "\("canary", .heading)  stack \(report.stack, .strong)  \(report.startedAt, .faint)"
        var lines = title.wrapped(to: width, indent: 8) + [""]
        for region in report.regions {
            lines += regionLines(region, scale: scale, on: profile) + [""]
        }
        if !report.consistency.isEmpty {
            lines += consistencyLines(report.consistency, on: profile) + [""]
        }
        if report.regions.contains(where: { $0.hops.contains { $0.clock == .function && $0.ms != nil } }) {
            lines += StyledText("~ by the function's clock, which may differ from this one", .faint).wrapped(to: width, indent: 2)
        }
        lines += verdict(report).wrapped(to: width, indent: 2)
        if let watch = report.watch { lines += CanaryWatchView.lines(watch, at: report.startedAt, on: profile) }
        return lines
    }

    // MARK: -

    private static func regionLines(
        _ region: CanaryRegionReport, scale: Double, on profile: TerminalProfile
    ) -> [StyledText] {
        var head: StyledText = "\(region.region, .name(region.region))  \(word(region.outcome))"
        if let total = region.totalMs { head += "  \(milliseconds(total))" }
        if let task = region.taskId { head += "  \("task \(task)", .faint)" }
        let width = profile.width ?? .max
        var lines = head.wrapped(to: width, indent: 2)
        let barWidth = min(60, max(4, (profile.width ?? 80) - 32))
        for hop in reached(region.hops) {
            let step = hop.hop == .accept ? hop.step.rawValue : ""
            var line: StyledText = "  \(StyledText(step).padded(to: 8))  \(StyledText(hop.hop.rawValue).padded(to: 6))  "
            line += hopTime(hop).padded(to: 10, alignment: .right) + "  "
            line += bar(hop, scale: scale, width: barWidth, unicode: profile.hasUnicode)
            lines.append(line)
        }
        if let problem = region.problem {
            let sentence: StyledText =
                "  \(mark(region.outcome, unicode: profile.hasUnicode)) \(problem.hop, .strong): \(problem.summary.onOneLine)"
            lines += sentence.wrapped(to: width, indent: 4)
            // The command stays on one line, however long: it is there to be copied.
            if let hint = problem.hint { lines.append("    \(profile.hasUnicode ? "→" : "->", .faint) \(hint)") }
        }
        if let diagnosis = region.diagnosis { lines += causeLines(diagnosis, of: region, on: profile) }
        if let note = cleanupNote(region.cleanup) {
            lines += ("  \(note, .faint)" as StyledText).wrapped(to: width, indent: 2)
        }
        return lines
    }

    /// The broken link, where to read on, and how many more there are.
    private static func causeLines(
        _ diagnosis: RegionDiagnosis, of region: CanaryRegionReport, on profile: TerminalProfile
    ) -> [StyledText] {
        let arrow = profile.hasUnicode ? "→" : "->"
        var lines: [StyledText] = []
        if let cause = diagnosis.cause {
            // The walk's own line has said it where the event was followed.
            let said = region.problem?.summary ?? ""
            var told = cause
            told.evidence.removeAll { said.contains($0) }
            if region.problem?.hint == cause.next { told.next = nil }
            lines += DiagnosisView.finding(told, isSaid: said.contains(cause.sentence), on: profile)
        }
        let blind = diagnosis.links.count { $0.state == .notLooked }
        guard diagnosis.findings.count > 1 || blind > 0 else { return lines }
        let event = region.taskId.map { _ in diagnosis.event.map { " --event \($0)" } ?? "" } ?? ""
        let more = [
            diagnosis.findings.count > 1 ? "\(diagnosis.findings.count - 1) more found" : nil,
            blind > 0 ? "\(blind) not looked at" : nil,
        ].compactMap(\.self).joined(separator: ", ")
        lines.append("    \(arrow, .faint) taskops diagnose --region \(region.region)\(event)  \("(\(more))", .faint)")
        return lines
    }

    /// Up to where the walk ended: what comes after was never tried.
    private static func reached(_ hops: [CanaryHop]) -> some Sequence<CanaryHop> {
        let end = hops.firstIndex { $0.outcome == .broken || $0.outcome == .unknown } ?? hops.endIndex
        return hops.prefix(end + 1)
    }

    private static func hopTime(_ hop: CanaryHop) -> StyledText {
        if let ms = hop.ms {
            let time = hop.clock == .function ? "~\(milliseconds(ms))" : milliseconds(ms)
            return StyledText(time, hop.outcome == .slow ? .warning : hop.clock == .function ? .faint : .plain)
        }
        switch hop.outcome {
        case .ok, .slow: return StyledText("seen", .faint)
        case .unknown: return StyledText("not seen", .faint)
        case .broken: return StyledText("broken", .bad)
        }
    }

    private static func bar(_ hop: CanaryHop, scale: Double, width: Int, unicode: Bool) -> StyledText {
        guard let ms = hop.ms, let offset = hop.offsetMs else { return "" }
        let drawing = Charts.span(offset: offset, length: ms, whole: scale, width: width, unicode: unicode)
        let tag: StyledText.Tag =
            switch (hop.clock, hop.outcome) {
            case (.function, _): .faint
            case (_, .slow): .warning
            case (_, .broken): .bad
            default: .good
            }
        return StyledText(drawing, tag)
    }

    private static func consistencyLines(
        _ pairs: [CanaryConsistency], on profile: TerminalProfile
    ) -> [StyledText] {
        pairs.enumerated().flatMap { index, pair in
            let label = StyledText(index == 0 ? "consistency" : "", .heading).padded(to: 11)
            let stale: StyledText =
                pair.staleReads == 0
                ? "no stale read" : StyledText("\(pair.staleReads) stale read\(pair.staleReads == 1 ? "" : "s")", .warning)
            let arrow = profile.hasUnicode ? "→" : "->"
            let line: StyledText =
                "\(label)  \(pair.from, .name(pair.from)) \(arrow) \(pair.to, .name(pair.to))"
                + "  \(milliseconds(pair.lagMs)) from here to there, \(stale)"
            return line.wrapped(to: profile.width ?? .max, indent: 13)
        }
    }

    private static func verdict(_ report: CanaryReport) -> StyledText {
        let fine = report.regions.count { $0.outcome == .ok }
        let counted = "\(fine) of \(report.regions.count) Region\(report.regions.count == 1 ? "" : "s") ok"
        let slowest = report.regions.compactMap { region in region.totalMs.map { (region.region, $0) } }.max { $0.1 < $1.1 }
        let remark = slowest.map { ", slowest \($0.0) with \(milliseconds($0.1))" } ?? ""
        return "\(word(report.outcome))  \(counted)\(remark)"
    }

    private static func cleanupNote(_ cleanup: CanaryCleanup) -> String? {
        let swept = cleanup.swept == 0 ? nil : "removed \(cleanup.swept) left over from earlier runs"
        switch cleanup.outcome {
        case .done, .nothing: return swept
        case .awaiting:
            return ["its row waits for the event that has not come", swept].compactMap(\.self).joined(separator: "; ")
        case .kept: return ["its row was kept, as asked", swept].compactMap(\.self).joined(separator: "; ")
        case .failed:
            return ["its row could not be removed; a run an hour from now will try again", swept].compactMap(\.self).joined(
                separator: "; ")
        }
    }

    static func word(_ outcome: CanaryOutcome) -> StyledText {
        switch outcome {
        case .ok: StyledText("ok", .good)
        case .slow: StyledText("slow", .warning)
        case .unknown: StyledText("unknown", .warning)
        case .broken: StyledText("broken", .bad)
        }
    }

    private static func mark(_ outcome: CanaryOutcome, unicode: Bool) -> StyledText {
        switch outcome {
        case .broken: StyledText(unicode ? "✗" : "x", .bad)
        default: StyledText("!", .warning)
        }
    }

    private static func end(_ region: CanaryRegionReport) -> Double {
        region.hops.compactMap { hop in hop.offsetMs.flatMap { offset in hop.ms.map { offset + $0 } } }.max() ?? 0
    }
}

extension CanaryView {
    /// What is shown while it runs.
    package static func progress(_ progress: CanaryProgress) -> StyledText {
        "\(progress.region, .name(progress.region))  \(progress.step.rawValue): waiting for \(progress.hop.rawValue)"
    }
}
