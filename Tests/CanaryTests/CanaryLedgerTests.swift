import Basics
import Canary
import Testing

@Suite struct CanaryLedgerTests {
    private func whole() -> CanaryLedger {
        var ledger = CanaryLedger(hasPeer: true)
        ledger.sent(.create, at: .milliseconds(100))
        ledger.accepted(.create, at: .milliseconds(110))
        ledger.started(.create, after: .milliseconds(30))
        ledger.committed(.create, at: .milliseconds(200))
        ledger.seenAtPeer(.create, at: .milliseconds(203), staleReads: 0)
        ledger.sent(.complete, at: .milliseconds(203))
        ledger.accepted(.complete, at: .milliseconds(210))
        ledger.started(.complete, after: .milliseconds(5))
        ledger.committed(.complete, at: .milliseconds(240))
        ledger.seenAtPeer(.complete, at: .milliseconds(244), staleReads: 2)
        return ledger
    }

    @Test func aWholeRunIsOkAndItsHopsAddUpToItsTotal() {
        let ledger = whole()
        let hops = ledger.hops(slowAfter: .seconds(1))
        #expect(ledger.outcome(slowAfter: .seconds(1)) == .ok)
        #expect(ledger.problem(slowAfter: .seconds(1)) == nil)
        #expect(hops.map(\.hop) == [.accept, .start, .commit, .peer, .accept, .start, .commit, .peer])
        #expect(hops.allSatisfy { $0.outcome == .ok })
        #expect(hops.map(\.ms) == [10, 30, 90, 3, 7, 5, 30, 4])
        #expect(hops.filter { $0.clock == .prober }.compactMap(\.ms).reduce(0, +) == ledger.total?.milliseconds)
        #expect(ledger.peerLag == .milliseconds(3))
        #expect(ledger.staleReads == 2)
    }

    @Test func aSlowRunNamesItsLongestHop() {
        let ledger = whole()
        let limit = Duration.milliseconds(143)
        #expect(ledger.outcome(slowAfter: limit) == .slow)
        #expect(ledger.hops(slowAfter: limit).filter { $0.outcome == .slow }.map(\.hop) == [.commit])
        #expect(ledger.problem(slowAfter: limit)?.hop == "create/commit")
        #expect(ledger.problem(slowAfter: limit)?.summary.contains("took 144 ms") == true)
        #expect(ledger.outcome(slowAfter: .milliseconds(144)) == .ok, "the limit itself is not over it")
    }

    @Test func theHopThatBrokeIsNamedAndThoseAfterItAreUnknown() {
        var ledger = CanaryLedger(hasPeer: true)
        ledger.sent(.create, at: .zero)
        ledger.accepted(.create, at: .milliseconds(9))
        ledger.broke(.create, .start, Problem(.timedOut, "nobody took it up", cause: "the rule is off", hint: "turn it on"))
        let hops = ledger.hops(slowAfter: .seconds(1))
        #expect(hops.map(\.outcome) == [.ok, .broken, .unknown, .unknown, .unknown, .unknown, .unknown, .unknown])
        #expect(ledger.outcome(slowAfter: .seconds(1)) == .broken)
        #expect(
            ledger.problem(slowAfter: .seconds(1))
                == CanaryProblem(hop: "create/start", summary: "nobody took it up: the rule is off", hint: "turn it on"))
        #expect(ledger.total == nil)
    }

    @Test func aBlindProberSaysNothingOfThePath() {
        var ledger = CanaryLedger(hasPeer: true)
        ledger.blinded(.create, .accept, Problem(.credentials, "no credentials"))
        #expect(ledger.outcome(slowAfter: .seconds(1)) == .unknown)
        #expect(ledger.hops(slowAfter: .seconds(1))[0].outcome == .unknown)
    }

    @Test func timesOverTwoClocksThatCannotBeAreNotShown() {
        for after in [Duration.milliseconds(-40), .milliseconds(91)] {
            var ledger = whole()
            ledger.started(.create, after: after)
            let start = ledger.hops(slowAfter: .seconds(1))[1]
            #expect(start.ms == nil)
            #expect(start.outcome == .ok, "it did start: the commit proves it")
        }
    }

    @Test func withoutAPeerThereIsNoPeerHop() {
        var ledger = CanaryLedger(hasPeer: false)
        for step in CanaryHop.Step.allCases {
            ledger.sent(step, at: .zero)
            ledger.accepted(step, at: .milliseconds(1))
            ledger.committed(step, at: .milliseconds(2))
        }
        #expect(ledger.hops(slowAfter: .seconds(1)).map(\.hop) == [.accept, .start, .commit, .accept, .start, .commit])
        #expect(ledger.outcome(slowAfter: .seconds(1)) == .ok)
    }

    @Test(arguments: CanaryHop.Step.allCases, CanaryHop.Name.allCases)
    func aRunThatSawNothingMoreIsUnknownWhereverItStopped(step: CanaryHop.Step, hop: CanaryHop.Name) {
        var ledger = CanaryLedger(hasPeer: true)
        for each in CanaryHop.Step.allCases where each == .create || step == .complete {
            ledger.sent(each, at: .zero)
            let isLast = each == step
            if isLast, hop == .accept { break }
            ledger.accepted(each, at: .zero)
            if isLast, hop == .start { break }
            ledger.started(each, after: nil)
            if isLast, hop == .commit { break }
            ledger.committed(each, at: .zero)
            if isLast, hop == .peer { break }
            ledger.seenAtPeer(each, at: .zero, staleReads: 0)
        }
        #expect(ledger.firstMissing?.step == step)
        #expect(ledger.firstMissing?.hop == hop)
        #expect(ledger.outcome(slowAfter: .seconds(1)) == .unknown)
    }

    @Test func theWorstRegionDecides() {
        func region(_ outcome: CanaryOutcome) -> CanaryRegionReport {
            CanaryRegionReport(
                region: "us-east-1", outcome: outcome, taskId: nil, totalMs: nil, hops: [], problem: nil,
                cleanup: CanaryCleanup(outcome: .nothing))
        }
        func verdict(_ outcomes: CanaryOutcome...) -> CanaryOutcome {
            CanaryReport(stack: "s", startedAt: "", regions: outcomes.map(region), consistency: []).outcome
        }
        #expect(verdict(.ok, .ok) == .ok)
        #expect(verdict(.ok, .slow) == .slow)
        #expect(verdict(.slow, .unknown) == .unknown)
        #expect(verdict(.broken, .unknown) == .broken)
    }
}
