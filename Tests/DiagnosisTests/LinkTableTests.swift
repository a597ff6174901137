import Findings
import Testing

@testable import Diagnosis

@Suite struct LinkTableTests {
    @Test func linksStandInTheOrderOfThePath() {
        #expect(Link.credentials < .clock && .clock < .bus && Link.bus < .rule && Link.function < .invocation)
        #expect(Link.cluster < .endpoint && Link.endpoint < .tls && Link.tls < .token && Link.token < .role)
        #expect(Link.allCases.filter { !$0.isOnThePath } == [.deadLetterQueue, .failureQueue])
    }

    @Test func everyLinkHasAPage() {
        for link in Link.allCases { #expect(!Runbook.names(link, "any").isEmpty) }
    }
}
