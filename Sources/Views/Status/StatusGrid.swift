import Basics
import Findings
import Status
import Terminal

/// Parts as rows, Regions as columns. Where not all Regions fit beside each other they stand in bands below each other,
/// under a table of marks that shows them all at once.
struct StatusGrid {
    let report: StatusReport
    let profile: TerminalProfile
    let width: Int
    let density: StatusPage.Density

    /// As wide as the longest label, `OCC conflicts`, and two blanks.
    private static let labelWidth = 15
    /// What a mark, `ACTIVE, peered with us-west…` and a gap need; below that two Regions beside each other say nothing.
    private static let least = 30

    func lines() -> [StyledText] {
        guard !report.regions.isEmpty else { return [] }
        let size = bandSize()
        let isDivided = size < report.regions.count
        let metrics = StatusMetrics(report: report, profile: profile, isCompact: density != .roomy)
        // On a screen too small for all of it, those that are well are their line of marks.
        let drawn =
            isDivided && report.regions.count > 2 && density != .roomy
            ? report.regions.filter { $0.health != .healthy } : report.regions
        let bands = bands(drawn, size, metrics)
        let quiet = metrics.quietLines(width: width)
        guard isDivided else { return bands.flatMap(\.self) + quiet }
        let parted = ([overview()] + bands).filter { !$0.isEmpty }.reduce([]) { $0 + ($0.isEmpty ? [] : [""]) + $1 }
        return parted + (quiet.isEmpty ? [] : [""] + quiet) + undrawn(report.regions.count - drawn.count)
    }

    private func undrawn(_ count: Int) -> [StyledText] {
        guard count > 0 else { return [] }
        let who = count == 1 ? "1 healthy Region is shown by its mark" : "\(count) healthy Regions are shown by their marks"
        let text = "\(who) alone: one of them whole with --region, all of them in a pipe"
        return StyledText(text, .faint).fitted(to: width, indent: 2)
    }

    // MARK: - Bands

    /// As many Regions beside each other as fit, and no band much emptier than the others.
    private func bandSize() -> Int {
        let fitting = max(1, (width - Self.labelWidth + 2) / (Self.least + 2))
        let bands = (report.regions.count + fitting - 1) / fitting
        return (report.regions.count + bands - 1) / bands
    }

    private func bands(_ regions: [RegionStatus], _ size: Int, _ metrics: StatusMetrics) -> [[StyledText]] {
        let available = max(8, (width - Self.labelWidth - 2 * (size - 1)) / size)
        let heads = regions.map { region in
            "\(region.region, .name(region.region))  \(region.health.mark(on: profile)) \(region.health.word)" as StyledText
        }
        let cells = parts.map { part in regions.map { cell($0.rows.first { $0.part == part }, available: available) } }
        let figures = metrics.rows(regions, available: available)
        let widest = (cells.flatMap(\.self) + figures.flatMap(\.cells) + heads).map(\.width).max() ?? 0
        let cellWidth = min(available, widest)
        return stride(from: 0, to: regions.count, by: size).map { start in
            let band = start..<min(start + size, regions.count)
            let rows = zip(parts, cells).map { row(StyledText(StatusText.label($0)), $1[band], cellWidth) }
            let measured = figures.map { row(StyledText($0.label, .faint), $0.cells[band], cellWidth) }
            let heading: [StyledText] = density == .tight || measured.isEmpty ? [] : ["", StyledText(metrics.span, .heading)]
            return [row("", heads[band], cellWidth)] + rows + heading + measured
        }
    }

    private func row(_ label: StyledText, _ cells: ArraySlice<StyledText>, _ cellWidth: Int) -> StyledText {
        let fitted = cells.map { $0.truncated(to: cellWidth, ellipsis: profile.ellipsis) }
        // Nothing stands behind the last one, so it is not padded.
        return fitted.dropLast().reduce(label.padded(to: Self.labelWidth)) { $0 + $1.padded(to: cellWidth + 2) }
            + (fitted.last ?? "")
    }

    private func cell(_ row: StatusRow?, available: Int) -> StyledText {
        guard let row else { return StyledText(profile.hasUnicode ? "–" : "-", .faint) }
        let text = (row.summary.isEmpty ? row.name : row.summary).onOneLine
        let cell: StyledText = "\(row.health.mark(on: profile)) \(text, row.health == .unhealthy ? .bad : .plain)"
        // The names are mostly the same everywhere; where there is room to spare they are there.
        let named: StyledText = "\(cell)  \(row.name, .faint)"
        return available >= 64 && !row.summary.isEmpty && named.width <= available ? named : cell
    }

    /// Those that any Region has, in the order an event takes them.
    private var parts: [StatusRow.Part] {
        StatusRow.Part.allCases.filter { part in report.regions.contains { $0.rows.contains { $0.part == part } } }
    }

    // MARK: - All Regions at once

    /// A line for each Region: its mark, and one for each part as far as there is room.
    private func overview() -> [StyledText] {
        let nameWidth = (report.regions.map { displayWidth(of: $0.region) }.max() ?? 0) + 2
        let marksWidth = parts.count * 5 - 3
        let wordWidth = nameWidth + 13 + marksWidth <= width ? 13 : 3
        let hasMarks = nameWidth + wordWidth + marksWidth <= width
        let lead = StyledText("").padded(to: nameWidth + wordWidth)
        let head = lead + columns(parts.map { StyledText(StatusText.shortLabel($0), .faint) })
        let lines = report.regions.map { region -> StyledText in
            let name = StyledText(region.region, .name(region.region)).padded(to: nameWidth)
            let mark = region.health.mark(on: profile)
            let marks = parts.map { part in
                region.rows.first { $0.part == part }?.health.mark(on: profile) ?? StyledText("-", .faint)
            }
            guard hasMarks else {
                return ("\(name)\(mark) \(region.health.word)" as StyledText).truncated(to: width, ellipsis: profile.ellipsis)
            }
            let word = wordWidth > 3 ? "\(mark) \(region.health.word)" : mark
            return name + word.padded(to: wordWidth) + columns(marks)
        }
        // The heads of two Regions are soon read.
        return hasMarks ? [head] + lines : report.regions.count > 2 ? lines : []
    }

    private func columns(_ cells: [StyledText]) -> StyledText {
        cells.dropLast().reduce(StyledText()) { $0 + $1.padded(to: 5) } + (cells.last ?? "")
    }
}
