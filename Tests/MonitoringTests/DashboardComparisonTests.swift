import AWS
import Basics
import FoundationEssentials
import Testing

@testable import Monitoring

/// Two dashboards, widget by widget.
@Suite struct DashboardComparisonTests {
    private func widget(_ title: String, _ metrics: JSONTree = [["N", "M"]], x: Int = 0, y: Int = 0, _ more: JSONTree = [:])
        -> JSONTree
    {
        var properties: [String: JSONTree] = ["region": "us-east-1", "title": .string(title), "metrics": metrics]
        properties.merge(more.object ?? [:]) { _, new in new }
        return [
            "type": "metric", "x": .number(Double(x)), "y": .number(Double(y)), "width": 6, "height": 6,
            "properties": .object(properties),
        ]
    }

    private func differences(_ live: [JSONTree], _ desired: [JSONTree]) -> [Difference] {
        DashboardComparison.differences(from: ["widgets": .array(live)], to: ["widgets": .array(desired)])
    }

    private func said(_ live: [JSONTree], _ desired: [JSONTree]) -> [String] {
        differences(live, desired).map { "\($0.widget ?? "") \($0.path) \($0.kind)" }
    }

    @Test func theOrderOfWidgetsMeansNothing() {
        let widgets = [widget("a"), widget("b", x: 6), widget("c", x: 12)]
        #expect(differences(widgets, widgets.reversed()).isEmpty)
    }

    @Test func oneLineForAChange() {
        let a = widget("Errors")
        let changed = widget("Errors", [["N", "M"]], ["stat": "Sum"])
        #expect(said([a, widget("b", x: 6)], [widget("b", x: 6), changed]) == ["Errors /widgets/1/properties/stat added"])
    }

    @Test func aWidgetThatLiesElsewhere() {
        let found = differences([widget("a"), widget("b", x: 6)], [widget("a", x: 6), widget("b")])
        #expect(found.map { "\($0.widget ?? "") \($0.kind)" } == ["a moved", "b moved"])
        #expect(found[0].before?["x"] == 0 && found[0].after?["x"] == 6)
        // Who does not say where takes what there is.
        #expect(differences([widget("a", x: 6)], [["type": "metric", "properties": widget("a")["properties"]!]]).isEmpty)
    }

    @Test(
        arguments: [
            // A title that changed: known by its metrics.
            ([["N", "M"]], "a", [["N", "M"]], "b", ["b /widgets/0/properties/title changed"]),
            ([["N", "M"]], "a", [["N", "M"], ["N", "O"]], "a", ["a /widgets/0/properties/metrics/1 added"]),
            ([["N", "M"], ["N", "O"]], "a", [["N", "O"]], "a", ["a /widgets/0/properties/metrics/0 removed"]),
            ([["N", "M"], ["N", "O"]], "a", [["N", "O"], ["N", "M"]], "a", ["a /widgets/0/properties/metrics moved"]),
            (
                [["N", "M"]], "a", [["N", "M", ["label": "x"]]], "a", ["a /widgets/0/properties/metrics/0/label added"]
            ),
            (
                [[["id": "e", "expression": "1"]]], "a", [[["id": "e", "expression": "2"]]], "a",
                ["a /widgets/0/properties/metrics/0/expression changed"]
            ),
        ] as [(JSONTree, String, JSONTree, String, [String])])
    func metrics(live: JSONTree, title: String, desired: JSONTree, newTitle: String, expected: [String]) {
        #expect(said([widget(title, live)], [widget(newTitle, desired)]) == expected)
    }

    @Test func whatHasNothingInCommonIsAddedAndRemoved() {
        let text: JSONTree = ["type": "text", "x": 0, "y": 9, "properties": ["markdown": "# Hello\nworld"]]
        #expect(
            said([widget("a", [["N", "M"]])], [text, widget("b", [["N", "O"]], x: 12, y: 30)]) == [
                "Hello /widgets/0 added", "b /widgets/1 added", "a /widgets/0 removed",
            ])
    }

    @Test(
        arguments: [
            ([["N", "M", "D", "x"], [".", ".", ".", "y"]], [["N", "M", "D", "x"], ["N", "M", "D", "y"]]),
            ([["N", "M", "D", "x"], ["...", "y"]], [["N", "M", "D", "x"], ["N", "M", "D", "y"]]),
            (
                [["N", "M", "D", "x"], ["...", ["stat": "Sum"]]], [["N", "M", "D", "x"], ["N", "M", "D", "x", ["stat": "Sum"]]]
            ),
            (
                [["N", "M", "D", "x", "E", "1"], ["...", "2"], [".", "O", ".", ".", ".", "."]],
                [["N", "M", "D", "x", "E", "1"], ["N", "M", "D", "x", "E", "2"], ["N", "O", "D", "x", "E", "2"]]
            ),
            (
                [["N", "M", "D", "x"], [["expression": "m1"]], [".", "O", ".", "."]],
                [["N", "M", "D", "x"], [["expression": "m1"]], ["N", "O", "D", "x"]]
            ),
            // Nothing to repeat: left as it is.
            ([[".", "M"]], [[".", "M"]]),
        ] as [(JSONTree, JSONTree)])
    func abbreviationsAreWrittenOut(short: JSONTree, long: JSONTree) {
        #expect(MetricWidget.expanded(short.array ?? []).map(\.tree) == long.array)
        #expect(differences([widget("a", short)], [widget("a", long)]).isEmpty)
    }

    /// As the console writes a widget that was `properties` before somebody saved the dashboard there.
    @Test(
        arguments: [
            (["stat": "Sum"], ["stat": "Sum", "view": "timeSeries", "stacked": false, "period": 300]),
            ([:], ["stat": "Average", "period": 300, "legend": ["position": "bottom"], "liveData": false]),
            (["yAxis": ["left": ["min": 0]]], ["yAxis": ["left": ["min": 0, "showUnits": true], "right": ["showUnits": true]]]),
            (
                ["annotations": ["horizontal": [["value": 1]]]],
                ["annotations": ["horizontal": [["value": 1, "visible": true, "fill": "none"]], "vertical": []]]
            ),
            (["stat": "Sum"], ["metrics": [["N", "M", ["stat": "Sum", "visible": true, "yAxis": "left"]]], "stat": "Average"]),
            (["period": 60], ["metrics": [["N", "M", ["period": 60, "region": "us-east-1"]]], "period": 300]),
        ] as [(JSONTree, JSONTree)])
    func whatTheConsoleAddsIsNoDifference(file: JSONTree, console: JSONTree) {
        #expect(differences([widget("a", [["N", "M"]], console)], [widget("a", [["N", "M"]], file)]).isEmpty)
    }

    @Test func twentyWidgetsOfWhichOneChanged() {
        let widgets = (0..<20).map { widget("w\($0 / 2)", [["N", .string("m\($0)")]], x: $0 % 4 * 6, y: $0 / 4 * 6) }
        var changed = widgets
        changed[7]["properties"]?["view"] = "gauge"
        #expect(said(widgets.shuffled(), changed) == ["w3 /widgets/7/properties/view added"])
    }

    @Test func theRestOfTheBody() {
        let found = DashboardComparison.differences(
            from: ["widgets": [], "start": "-PT3H", "periodOverride": "auto"], to: ["widgets": [], "start": "-PT6H"])
        #expect(found == [Difference("/start", before: "-PT3H", after: "-PT6H")])
    }

    @Test func aBodyThatIsNoJSONDiffersAsAWhole() {
        #expect(DashboardText.tree("{broken") == "{broken")
        #expect(DashboardComparison.differences(from: "{broken", to: ["widgets": []]).count == 1)
    }
}
