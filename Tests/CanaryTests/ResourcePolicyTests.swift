import FoundationEssentials
import Testing

@testable import Canary

@Suite struct ResourcePolicyTests {
    private static let rule = "arn:aws:events:us-east-1:111122223333:rule/bus/tasks"

    private func lets(_ statements: String) throws -> Bool {
        let policy = #"{"Version":"2012-10-17","Statement":\#(statements)}"#
        return try JSONDecoder().decode(ResourcePolicy.self, from: Data(policy.utf8)).lets(rule: Self.rule)
    }

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
}
