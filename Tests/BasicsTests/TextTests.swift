import Basics
import Testing

@Suite struct TextTests {
    @Test(arguments: [
        ("250ms", 250), ("30s", 30_000), ("10m", 600_000), ("2h30m", 9_000_000), ("7d", 604_800_000), ("1m30s5ms", 90_005),
    ])
    func lengthsOfTimeAreRead(text: String, milliseconds: Int) {
        #expect(Duration(text: text) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "30", "s", "-1s", "1.5h", "30s10m", "5s5s", "1w", "10 m", "99999999999999999999s", "９s"])
    func whatIsUnclearIsRefused(text: String) {
        #expect(Duration(text: text) == nil)
    }

    @Test func slipsAreRecognised() {
        let keys = ["cluster", "function", "connection", "rule"]
        #expect(closestMatch(to: "clutser", among: keys) == "cluster")
        #expect(closestMatch(to: "Functoin", among: keys) == "function")
        #expect(closestMatch(to: "rul", among: keys) == "rule")
        #expect(closestMatch(to: "queue", among: keys) == nil)
        #expect(closestMatch(to: "", among: keys) == nil)
    }
}
