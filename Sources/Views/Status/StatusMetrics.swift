import Findings
import Status
import Terminal

/// What the last hour was like: a line of blocks and a figure for each metric that moved, and one line that names those
/// that did not.
struct StatusMetrics {
    let report: StatusReport
    let profile: TerminalProfile
    let isCompact: Bool

    struct Row {
        var label: String
        var cells: [StyledText]
    }

    /// `last hour`, or how long it was.
    var span: String {
        let seconds = all.map { $0.period * $0.values.count }.max() ?? 3600
        return seconds == 3600 ? "last hour" : "last \(Units.age(seconds: seconds))"
    }

    /// One cell for each of the Regions given, at most `available` columns wide.
    func rows(_ regions: [RegionStatus], available: Int) -> [Row] {
        let names = MetricSeries.Name.allCases.filter { moved($0) && !(isCompact && $0 == .durationP50 && moved(.durationP95)) }
        let whole = names.map { name in regions.map { figure(name, in: $0, available, withPeak: true) } }
        // A graph shows where the peak was; of the two it is the better one to keep.
        let isTight = columns(whole, available) < 10
        let figures = isTight ? names.map { name in regions.map { figure(name, in: $0, available, withPeak: false) } } : whole
        let columns = columns(figures, available)
        return zip(names, figures).map { name, figures in
            let cells = zip(regions, figures).map { region, figure -> StyledText in
                guard columns > 0, let series = series(name, in: region), series.latest != nil else { return figure }
                let line = Charts.sparkline(series.values, columns: columns, unicode: profile.hasUnicode)
                return "\(line, .graph) \(figure)"
            }
            return Row(label: StatusText.label(name), cells: cells)
        }
    }

    /// How long the graphs may be beside the figures: a column stands for whole minutes, the same number everywhere.
    private func columns(_ figures: [[StyledText]], _ available: Int) -> Int {
        let room = available - 1 - (figures.flatMap(\.self).map(\.width).max() ?? 0)
        return [60, 30, 20, 15, 12, 10, 6].first { $0 <= room } ?? 0
    }

    /// What was zero everywhere, and what CloudWatch has nothing of: it keeps no zeros for most counts.
    func quietLines(width: Int) -> [StyledText] {
        let quiet = MetricSeries.Name.allCases.filter { name in
            !moved(name) && report.regions.contains { series(name, in: $0) != nil }
        }
        let zero = quiet.filter { name in report.regions.contains { series(name, in: $0)?.latest != nil } }
        let absent = quiet.filter { !zero.contains($0) }
        if !absent.isEmpty, absent.count == Set(all.map(\.name)).count {
            return StyledText("no metric has data in the \(span)", .faint).fitted(to: width, indent: 2)
        }
        let told = [("none", zero), ("no data", absent)].filter { !$0.1.isEmpty }
            .map { "\($0): \($1.map { StatusText.label($0) }.joined(separator: ", "))" }
        guard !told.isEmpty else { return [] }
        let line = StyledText(told.joined(separator: "; "), .faint)
        return isCompact ? [line.truncated(to: width, ellipsis: profile.ellipsis)] : line.fitted(to: width, indent: 2)
    }

    // MARK: -

    private var all: [MetricSeries] { report.regions.flatMap(\.metrics) }

    private func series(_ name: MetricSeries.Name, in region: RegionStatus) -> MetricSeries? {
        region.metrics.first { $0.name == name }
    }

    /// Whether it has a line of its own: something other than zero in any Region, or data in one and none in another.
    private func moved(_ name: MetricSeries.Name) -> Bool {
        let found = report.regions.compactMap { series(name, in: $0) }
        let withData = found.count { $0.latest != nil }
        return found.contains { ($0.peak ?? 0) > 0 } || (withData > 0 && withData < found.count)
    }

    private func figure(
        _ name: MetricSeries.Name, in region: RegionStatus, _ available: Int, withPeak: Bool
    ) -> StyledText {
        guard let series = series(name, in: region) else { return StyledText("not read", .warning) }
        guard let latest = series.latest, let peak = series.peak else { return StyledText("no data", .faint) }
        let isCount = series.unit == .count
        var text = StyledText(Units.text(isCount ? series.total : latest, series.unit)).padded(to: 6, alignment: .right)
        if let staleness = series.staleness, staleness > Self.old(series) {
            text += StyledText("  \(Units.age(seconds: staleness)) old", .warning)
        }
        if isCompact, name == .durationP95, let middle = self.series(.durationP50, in: region)?.latest {
            return text + StyledText("  p50 \(Units.text(middle, .milliseconds))", .faint)
        }
        if withPeak, series.unit != .bytes {
            let rate = isCount && available >= 40 ? Self.rate(series.period) : ""
            text += StyledText("  peak \(Units.text(peak, series.unit))\(rate)", .faint)
        }
        return text
    }

    /// CloudWatch shows most values within three minutes; what is older than five, or than three periods, is late.
    static func old(_ series: MetricSeries) -> Int { max(300, 3 * series.period) }

    static func rate(_ period: Int) -> String { period == 60 ? "/min" : "/\(Units.age(seconds: period))" }
}
