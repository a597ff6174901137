import Basics
import Testing

@testable import Monitoring

/// One line for each member that differs, and none for what means nothing.
@Suite struct ComparisonTests {
    private func differences(_ kind: ResourceKind, _ live: JSONTree, _ desired: JSONTree) -> [String] {
        let id = ResourceID(kind, "r", region: "us-east-1")
        return Comparison.differences(
            from: LiveResource(id: id, fields: live, arn: "arn"),
            to: DesiredResource(id: id, fields: desired, place: .init(file: "f"))
        ).map { "\($0.path) \($0.kind)" }
    }

    @Test(
        arguments: [
            (["Threshold": 12], ["Threshold": 12.0], []),
            (["Threshold": 12], ["Threshold": 13], ["/Threshold changed"]),
            (["TreatMissingData": "missing", "OKActions": [], "Dimensions": [], "AlarmDescription": ""], [:], []),
            (["EvaluationPeriods": 3, "DatapointsToAlarm": 3], ["EvaluationPeriods": 3], []),
            (["EvaluationPeriods": 3, "DatapointsToAlarm": 2], ["EvaluationPeriods": 3], ["/DatapointsToAlarm removed"]),
            (
                ["EvaluationPeriods": 3, "DatapointsToAlarm": 3], ["EvaluationPeriods": 4, "DatapointsToAlarm": 3],
                ["/EvaluationPeriods changed", "/DatapointsToAlarm added"]
            ),
            (["AlarmActions": ["a", "b"]], ["AlarmActions": ["b", "a"]], []),
            (["AlarmActions": ["a", "b"]], ["AlarmActions": ["b", "c"]], ["/AlarmActions removed", "/AlarmActions added"]),
            (["AlarmActions": ["a"]], [:], ["/AlarmActions removed"]),
            (
                ["Dimensions": [["Name": "F", "Value": "x"]]],
                ["Dimensions": [["Name": "F", "Value": "y"], ["Name": "G", "Value": "z"]]],
                ["/Dimensions/F changed", "/Dimensions/G added"]
            ),
            (
                [
                    "Metrics": [
                        ["Id": "e", "Expression": "1", "ReturnData": true], ["Id": "m", "Expression": "2", "ReturnData": false],
                    ]
                ],
                ["Metrics": [["Id": "m", "Expression": "3", "ReturnData": false], ["Id": "e", "Expression": "1"]]],
                ["/Metrics/m/Expression changed"]
            ),
            (["EvaluationWindow": ["SlidingWindow": [:]]], [:], []),
            (["EvaluationWindow": ["WallClockWindow": ["Timezone": "UTC"]]], ["EvaluationWindow": ["WallClockWindow": [:]]], []),
            (["EvaluationWindow": ["WallClockWindow": [:]]], [:], ["/EvaluationWindow removed"]),
            (["ActionsEnabled": false], [:], []),
            (["ActionsEnabled": false], ["ActionsEnabled": true], ["/ActionsEnabled removed"]),
            (["ActionConfiguration": ["AlarmTagsPropagation": ["Enabled": false]]], [:], []),
            (["EvaluateLowSampleCountPercentile": "evaluate"], [:], []),
            (["EvaluateLowSampleCountPercentile": "ignore"], [:], ["/EvaluateLowSampleCountPercentile removed"]),
        ] as [(JSONTree, JSONTree, [String])])
    func metricAlarms(live: JSONTree, desired: JSONTree, expected: [String]) {
        #expect(differences(.metricAlarm, live, desired) == expected)
    }

    @Test(arguments: [
        ("ALARM(\"a\") AND OK(b)", " ALARM( \"a\" )\n  AND\tOK (b) ", true), ("ALARM(\"a  b\")", "ALARM(\"a b\")", false),
        ("NOT (ALARM(a))", "NOT(ALARM(a))", false), ("ALARM('a') AND TRUE", "ALARM('a')\nAND\nTRUE", true),
        ("(ALARM(a) OR OK(b)) AND TRUE", "( ALARM(a) OR OK(b) ) AND TRUE", true),
    ])
    func rulesOfCompositeAlarms(live: String, desired: String, isSame: Bool) {
        #expect(
            differences(.compositeAlarm, ["AlarmRule": .string(live)], ["AlarmRule": .string(desired)])
                == (isSame ? [] : ["/AlarmRule changed"]))
    }

    @Test func aSuppressorIsNamedOrGivenByItsARN() {
        let live: JSONTree = ["AlarmRule": "TRUE", "ActionsSuppressor": "arn:aws:cloudwatch:us-east-1:1:alarm:s"]
        #expect(differences(.compositeAlarm, live, ["AlarmRule": "TRUE", "ActionsSuppressor": "s"]).isEmpty)
        #expect(differences(.compositeAlarm, live, ["AlarmRule": "TRUE", "ActionsSuppressor": "t"]).count == 1)
    }

    @Test(
        arguments: [
            (["logGroupClass": "STANDARD", "deletionProtectionEnabled": false], [:], []),
            (["retentionInDays": 14], [:], ["/retentionInDays removed"]),
            ([:], ["retentionInDays": 14], ["/retentionInDays added"]),
            // Absent means: somebody else's affair.
            (["metricFilters": [["filterName": "f"]]], [:], []),
            (["metricFilters": [["filterName": "f"]]], ["metricFilters": []], ["/metricFilters/f removed"]),
            (
                [
                    "metricFilters": [
                        ["filterName": "f", "filterPattern": "a"], ["filterName": "g", "applyOnTransformedLogs": false],
                    ]
                ],
                ["metricFilters": [["filterName": "g"], ["filterName": "f", "filterPattern": "b"]]],
                ["/metricFilters/f/filterPattern changed"]
            ),
            // What an account-level policy determines is not the group's.
            (["retentionInDays": 30, "retentionPolicyName": "p"], ["retentionInDays": 14], []),
        ] as [(JSONTree, JSONTree, [String])])
    func logGroups(live: JSONTree, desired: JSONTree, expected: [String]) {
        #expect(differences(.logGroup, live, desired) == expected)
    }
}
