import Basics
import FoundationEssentials
import Testing

@testable import Monitoring

@Suite struct ResourceIDTests {
    @Test func thingsAreMadeInTheOrderInWhichTheyReferToEachOther() {
        let ids = [
            ResourceID(.dashboard, "a", region: "us-east-1"), ResourceID(.compositeAlarm, "a", region: "us-east-1"),
            ResourceID(.metricAlarm, "b", region: "us-west-2"), ResourceID(.metricAlarm, "a", region: "us-west-2"),
            ResourceID(.metricAlarm, "z", region: "us-east-1"), ResourceID(.logGroup, "z", region: "us-west-2"),
        ]
        #expect(
            ids.sorted().map(\.description) == [
                "log group z in us-west-2", "alarm z in us-east-1", "alarm a in us-west-2", "alarm b in us-west-2",
                "composite alarm a in us-east-1", "dashboard a",
            ])
    }

    /// AWS refuses `60.0` where it wants a whole number.
    @Test func wholeNumbersAreWrittenWhole() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let tree: JSONTree = ["Period": 60.0, "Threshold": 0.5, "None": nil]
        #expect(String(decoding: try encoder.encode(tree), as: UTF8.self) == #"{"None":null,"Period":60,"Threshold":0.5}"#)
        #expect(
            try JSONDecoder().decode(JSONTree.self, from: Data(#"{"a":[12,12.0,"x",true,null]}"#.utf8)) == [
                "a": [12, 12, "x", true, nil]
            ])
    }
}
