import Basics
import TaskSystem
import YAML

/// A dashboard's body, widget by widget.
///
/// Source: CloudWatch API reference, "Dashboard Body Structure and Syntax"; CloudWatch quotas: 500 widgets, 500 metrics in
/// a widget, 2,500 in a dashboard.
enum DashboardRules {
    private static let path = DataPath()
    static let maximumMetrics = 2500

    private static let body: [DashboardShape.Member] = [
        .init("widgets", isRequired: true), .init("start", .anyText), .init("end", .anyText),
        .init("periodOverride", .oneOf(["auto", "inherit"])), .init("variables"),
    ]
    private static let widget: [DashboardShape.Member] = [
        .init("type", .oneOf(["metric", "text", "log", "alarm", "explorer", "custom", "chart"]), isRequired: true),
        .init("x", .wholeNumber(0...23)), .init("y", .wholeNumber(0...Int.max)), .init("width", .wholeNumber(1...24)),
        .init("height", .wholeNumber(1...1000)), .init("properties", isRequired: true),
    ]

    static func check(_ dashboard: DesiredResource, _ index: Int, _ surroundings: Surroundings, _ notes: inout RuleNotes) {
        checkName(dashboard.id.name, index, surroundings, &notes)
        let shape = DashboardShape(index: index)
        guard shape.check(dashboard.fields, body, path, "the dashboard", &notes) else { return }
        checkTimes(dashboard.fields, index, &notes)
        DashboardVariableRules.check(dashboard.fields["variables"], shape, &notes)
        guard let list = dashboard.fields["widgets"] else { return }
        guard let widgets = list.array else {
            return notes.note(.wrongType, index, path / "widgets", "widgets must be a list", "[…]")
        }
        if widgets.count > 500 {
            notes.note(
                .outOfRange, index, path / "widgets" / 500, "a dashboard takes 500 widgets, and this has \(widgets.count)",
                "make two dashboards of it")
        }
        var metrics = 0
        for (number, widget) in widgets.enumerated() {
            let place = path / "widgets" / number
            guard shape.check(widget, self.widget, place, "a widget", &notes) else { continue }
            checkPlace(widget, index, place, &notes)
            guard let properties = widget["properties"] else { continue }
            let rules = WidgetRules(shape: shape, index: index, surroundings: surroundings)
            metrics += rules.check(properties, type: widget["type"]?.string ?? "", place / "properties", &notes)
        }
        if metrics > maximumMetrics {
            notes.note(
                .outOfRange, index, path / "widgets", "a dashboard takes \(maximumMetrics) metrics, and this has \(metrics)",
                "make two dashboards of it", ofKey: true)
        }
    }

    /// PutDashboard: letters, digits, `-` and `_`, at most 255.
    private static func checkName(_ name: String, _ index: Int, _ surroundings: Surroundings, _ notes: inout RuleNotes) {
        let isFine = name.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
        }
        guard !isFine else { return }
        let files = surroundings.files
        let entry = files.entries[files.origins[index].entry]
        let mark = entry.name?.mark ?? entry.mark
        notes.note(
            Finding(
                .malformedName,
                Problem(
                    .configuration, "a dashboard's name holds letters, digits, - and _ only: `\(name)`",
                    hint: "rename it; a body's file gives its own name",
                    location: .init(file: files.files[entry.file].name, line: mark.line, column: mark.column))))
    }

    private static func checkTimes(_ body: JSONTree, _ index: Int, _ notes: inout RuleNotes) {
        let (start, end) = (body["start"]?.string, body["end"]?.string)
        if let end {
            if start == nil {
                notes.note(.missingMember, index, path / "end", "start is missing beside end", "both, or start alone")
            }
            if !DashboardTime.isInstant(end) {
                notes.note(.dashboardBody, index, path / "end", "`\(end)` is no time", DashboardTime.instantHint)
            }
        }
        guard let start else { return }
        let isFine = DashboardTime.isInstant(start) || end == nil && DashboardTime.isPast(start)
        if !isFine {
            notes.note(
                .dashboardBody, index, path / "start", "`\(start)` is no time",
                end == nil ? "-PT3H, -P7D, or \(DashboardTime.instantHint)" : DashboardTime.instantHint)
        }
    }

    private static func checkPlace(_ widget: JSONTree, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes) {
        if (widget["x"] == nil) != (widget["y"] == nil) {
            let (there, missing) = widget["x"] == nil ? ("y", "x") : ("x", "y")
            notes.note(.widgetPlace, index, path / there, "\(missing) is missing beside \(there)", "both or neither")
        }
        if let x = widget["x"]?.number, let width = widget["width"]?.number, (0...23).contains(x), (1...24).contains(width),
            x + width > 24
        {
            notes.note(
                .widgetPlace, index, path / "width",
                "the widget ends at column \(PeriodRules.whole(x + width)), and the grid has 24",
                "a width of at most \(PeriodRules.whole(24 - x))", severity: .warning)
        }
    }
}

/// Times of a dashboard.
enum DashboardTime {
    static let instantHint = "2026-12-17T06:00:00.000Z"

    /// `2018-12-17T06:00:00.000Z`, with or without parts of a second.
    static func isInstant(_ text: String) -> Bool {
        let form = Array("0000-00-00T00:00:00".utf8)
        let bytes = Array(text.utf8)
        guard bytes.count > form.count else { return false }
        for (byte, due) in zip(bytes, form) {
            let isDigit = (0x30...0x39).contains(byte)
            if due == UInt8(ascii: "0") ? !isDigit : byte != due { return false }
        }
        let rest = text.dropFirst(form.count)
        let zone = rest.first == "." ? rest.dropFirst().drop { $0.isNumber } : rest
        return zone == "Z" || zone.count == 6 && (zone.first == "+" || zone.first == "-")
    }

    /// `-PT5M`, `-PT8H`, `-P7D`, `-P3M`: until now.
    static func isPast(_ text: String) -> Bool {
        guard text.hasPrefix("-P"), let unit = text.last else { return false }
        let isShort = text.hasPrefix("-PT")
        let digits = text.dropFirst(isShort ? 3 : 2).dropLast()
        return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
            && (isShort ? "SMH" : "DWMY").contains(unit)
    }
}
