import TaskSystem
import Testing

@Suite struct ResourcePolicyTests {
    private static let rule = "arn:aws:events:us-east-1:111122223333:rule/bus/tasks"

    private func verdict(_ statements: String) throws -> ResourcePolicy.Verdict {
        try ResourcePolicy(text: #"{"Version":"2012-10-17","Statement":\#(statements)}"#).invocation(byRule: Self.rule)
    }

    private func lets(_ statements: String) throws -> Bool { try verdict(statements) == .allowed }

    private func statement(
        _ source: String, effect: String = "Allow", principal: String = #"{"Service":"events.amazonaws.com"}"#,
        action: String = "lambda:InvokeFunction"
    ) -> String {
        #"{"Effect":"\#(effect)","Principal":\#(principal),"Action":"\#(action)","Condition":{"ArnLike":{"AWS:SourceArn":"\#(source)"}}}"#
    }

    @Test func theRuleItselfOrAPatternThatFitsIsLetIn() throws {
        #expect(try lets("[\(statement(Self.rule))]"))
        #expect(try lets(statement("arn:aws:events:us-east-1:111122223333:rule/bus/*")), "one statement needs no list")
        #expect(try lets("[\(statement(Self.rule, action: "lambda:*"))]"))
        #expect(
            try lets(#"[{"Effect":"Allow","Principal":{"Service":["events.amazonaws.com"]},"Action":["lambda:InvokeFunction"]}]"#)
        )
    }

    @Test func whatOnlyLooksLikeItIsNot() throws {
        #expect(try !lets("[\(statement(Self.rule + "-2"))]"))
        #expect(try !lets("[\(statement("arn:aws:events:us-east-1:111122223333:rule/other/tasks"))]"))
        #expect(try !lets("[\(statement(Self.rule, principal: #"{"Service":"s3.amazonaws.com"}"#))]"))
        #expect(try !lets("[\(statement(Self.rule, action: "lambda:GetFunction"))]"))
        #expect(try !lets("[]"))
    }

    @Test func aDenyWins() throws {
        #expect(try !lets("[\(statement(Self.rule)),\(statement(Self.rule, effect: "Deny"))]"))
    }

    private static let queue = "arn:aws:sqs:us-east-1:111122223333:undelivered"

    private func sending(_ statements: String) throws -> ResourcePolicy.Verdict {
        try ResourcePolicy(text: #"{"Statement":\#(statements)}"#).sending(to: Self.queue, byRule: Self.rule)
    }

    private static let send = """
        {"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:SendMessage",
         "Resource":"\(queue)","Condition":{"ArnEquals":{"aws:SourceArn":"\(rule)"}}}
        """

    @Test func aDenyOfPlainHTTPIsNoDenyOfEventBridge() throws {
        for word in ["false", "\"false\""] {
            let plain =
                #"{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*","#
                + #""Condition":{"Bool":{"aws:SecureTransport":\#(word)}}}"#
            #expect(try sending("[\(Self.send),\(plain)]") == .allowed)
            #expect(try sending("[\(plain)]") == .refused)
        }
    }

    @Test func aQueuesPolicyIsAboutThatQueue() throws {
        let other = Self.send.replacing(":undelivered", with: ":another")
        #expect(try sending("[\(other)]") == .refused)
        #expect(try sending("[\(Self.send.replacing("sqs:SendMessage", with: "SQS:Send*"))]") == .allowed)
    }

    @Test(arguments: [
        (#"{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#, ResourcePolicy.Verdict.allowed),
        (#"{"StringEquals":{"aws:SourceAccount":"999999999999"}}"#, .refused),
        (#"{"ArnNotLike":{"aws:SourceArn":"arn:aws:events:*:*:rule/bus/*"}}"#, .refused),
        (#"{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#, .undecided("aws:PrincipalOrgID")),
        (#"{"DateLessThan":{"aws:SourceArn":"2026-01-01"}}"#, .undecided("DateLessThan of aws:SourceArn")),
    ])
    func conditionsDecideWhatTheyCan(condition: String, verdict: ResourcePolicy.Verdict) throws {
        let statement = #"{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Condition":\#(condition)}"#
        #expect(try self.verdict("[\(statement)]") == verdict)
        let denied = #"{"Effect":"Deny","Principal":"*","Action":"lambda:InvokeFunction","Condition":\#(condition)}"#
        let expected: ResourcePolicy.Verdict = verdict == .allowed ? .refused : verdict == .refused ? .allowed : verdict
        #expect(try self.verdict("[\(self.statement(Self.rule)),\(denied)]") == expected)
    }

    @Test func whatIsNotNamedIsNotMeant() throws {
        let base = #"{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"#
        #expect(try lets(base + #""NotAction":"lambda:GetFunction"}"#))
        #expect(try !lets(base + #""NotAction":"lambda:*"}"#))
        #expect(try !lets(#"{"Effect":"Allow","Action":"lambda:InvokeFunction"}"#), "a statement for nobody")
        #expect(try lets(#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"lambda:InvokeFunction"}"#))
    }
}
