import Canary
import Testing

/// M of N, up and down.
@Suite struct CanaryAlertTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let policy: String
        /// `o` ok, `s` slow, `u` unknown, `b` broken.
        let runs: String
        /// The verdict after each run.
        let verdicts: String
        let why: String

        var testDescription: String { why }
    }

    static let letters: [Character: CanaryOutcome] = ["o": .ok, "s": .slow, "u": .unknown, "b": .broken]

    static let cases = [
        Case(policy: "1/1", runs: "obosub", verdicts: "obosub", why: "one of one is the run itself"),
        Case(policy: "2/3", runs: "oboboo", verdicts: "ooobbo", why: "two of three raise it, and two of three end it"),
        Case(policy: "2/3", runs: "oobooobooo", verdicts: "oooooooooo", why: "single blips change nothing"),
        Case(policy: "3/5", runs: "boobob", verdicts: "oooooo", why: "what left the window counts no more"),
        Case(policy: "3/5", runs: "bobob", verdicts: "oooob", why: "three of five need not stand together"),
        Case(policy: "2/3", runs: "bbobb", verdicts: "obbbb", why: "one good run in between is no recovery"),
        Case(policy: "2/3", runs: "sbss", verdicts: "osss", why: "two that are slow or worse make it slow"),
        Case(policy: "2/3", runs: "sbsbb", verdicts: "osssb", why: "it rises further when enough are worse"),
        Case(policy: "2/2", runs: "bbssoo", verdicts: "obbsso", why: "it falls a level at a time where runs do"),
        Case(policy: "2/3", runs: "bbuu", verdicts: "obbu", why: "a blind prober is not a recovery"),
        Case(policy: "1/3", runs: "boob", verdicts: "boob", why: "one of three: each change empties the window"),
        Case(policy: "3/3", runs: "bbobbb", verdicts: "ooooob", why: "three in a row"),
    ]

    @Test(arguments: cases) func verdictsFollowTheRuns(_ sample: Case) throws {
        let policy = try #require(CanaryAlertPolicy(text: sample.policy))
        var alert = CanaryAlert()
        var seen = ""
        for (index, letter) in sample.runs.enumerated() {
            let before = alert.level
            let hasChanged = alert.take(try #require(Self.letters[letter]), at: Int64(index), policy)
            #expect(hasChanged == (before != alert.level))
            if hasChanged { #expect(alert.changedAt == Int64(index)) }
            seen.append(try #require(Self.letters.first { $0.value == alert.level }?.key))
        }
        #expect(seen == sample.verdicts)
    }

    @Test func policiesAreReadOrRefused() {
        #expect(CanaryAlertPolicy(text: "2/3")?.description == "2/3")
        for text in ["", "2", "3/2", "0/3", "2/", "/3", "2/3/4", "-1/3", "2/101", "a/b", "2 / 3"] {
            #expect(CanaryAlertPolicy(text: text) == nil, "\(text)")
        }
    }

    /// The rule in other words: look at all runs since the last change, the last N of them, and count.
    private func model(_ runs: [CanaryOutcome], _ needed: Int, _ window: Int) -> [CanaryOutcome] {
        var verdict = CanaryOutcome.ok
        var since = 0
        return runs.indices.map { index in
            let shown = runs[max(since, index + 1 - window)...index]
            let worse = CanaryOutcome.allCases.filter { level in
                level > verdict && shown.count { $0 >= level } >= needed
            }
            let better = CanaryOutcome.allCases.filter { level in
                level < verdict && shown.count { $0 <= level } >= needed
            }
            if let next = worse.last ?? better.first {
                verdict = next
                since = index + 1
            }
            return verdict
        }
    }

    @Test func random() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let window = Int.random(in: 1...7, using: &random)
            let needed = Int.random(in: 1...window, using: &random)
            let runs = (0..<Int.random(in: 1...60, using: &random)).map { _ in CanaryOutcome.allCases.randomElement()! }
            let policy = try #require(CanaryAlertPolicy(needed: needed, of: window))
            var alert = CanaryAlert()
            let seen = runs.map { run in
                alert.take(run, at: 0, policy)
                return alert.level
            }
            #expect(seen == model(runs, needed, window), "\(needed)/\(window): \(runs)")
            #expect(alert.recent.count <= window)
        }
    }
}
