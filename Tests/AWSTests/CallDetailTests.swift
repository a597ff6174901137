import AWS
import Basics
import FoundationEssentials
import TestSupport
import Testing

@testable import enum AWS.Redaction

/// What a call says of itself: to AWS in `User-Agent`, to people with `-vv`.
@Suite struct CallDetailTests {
    @Test func theUserAgentFollowsTheGrammar() throws {
        var agent = UserAgent()
        (agent.version, agent.executionEnvironment, agent.appID) = ("1.2 β", "AWS_Lambda_provided.al2023", "my app#1")
        let words = agent.text(retryMode: .adaptive, hasEndpointOverride: true).split(separator: " ").map(String.init)
        #expect(words.first == "taskops/1.2--")
        #expect(words.dropFirst().first == "ua/2.1")
        #expect(words[2].hasPrefix("os/linux#"))
        #expect(words[3].hasPrefix("md/arch#"))
        #expect(words[4].hasPrefix("lang/swift#"))
        #expect(
            Array(words.suffix(4)) == [
                "exec-env/AWS_Lambda_provided.al2023", "m/F,N", "cfg/retry-mode#adaptive", "app/my-app#1",
            ])
        let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!$%&'*+-.^_`|~,/#")
        for word in words { #expect(word.allSatisfy(allowed.contains), "\(word)") }
        let plain = UserAgent().text(retryMode: .standard, hasEndpointOverride: false)
        #expect(plain.hasSuffix(" m/E cfg/retry-mode#standard"))
    }

    @Test func headersAreShownWithoutSecrets() async throws {
        let presigned = "https://b.s3.amazonaws.com/k?X-Amz-Signature=abc123&X-Amz-Credential=AKIA/x&a=b"
        try await LoopbackServer.run { _ in
            .json(
                #"{"FailedEntryCount":0,"Entries":[]}"#,
                headers: [
                    ("x-amzn-RequestId", "req-1"), ("Location", presigned), ("Set-Cookie", "session=abc123"),
                    ("X-Echo", "token \(ClientFixture.sessionToken)"),
                ])
        } _: { server in
            let fixture = ClientFixture(server.url)
            _ = try await fixture.client.eventBridge("us-east-1").putEvents(
                ClientTests.entry, deadline: fixture.deadline)
            let event = try #require(fixture.notes.events.first)
            let sent = try #require(event.sent)
            #expect(sent.method == "POST")
            #expect(sent.url == "\(server.url)/")
            func value(_ name: String, _ fields: [CallEvent.HeaderField]) -> String? {
                fields.first { $0.name.lowercased() == name }?.value
            }
            #expect(value("authorization", sent.headers) == "****")
            #expect(value("x-amz-security-token", sent.headers) == "****")
            #expect(value("x-amz-target", sent.headers) == "AWSEvents.PutEvents")
            #expect(value("amz-sdk-request", sent.headers) == "attempt=1; max=3")
            #expect(value("x-amzn-requestid", event.received) == "req-1")
            #expect(
                value("location", event.received)
                    == "https://b.s3.amazonaws.com/k?X-Amz-Signature=****&X-Amz-Credential=****&a=b")
            #expect(value("set-cookie", event.received) == "****")
            #expect(value("x-echo", event.received) == "token ****")
        }
    }

    @Test func withoutAnObserverNothingIsCopied() async throws {
        try await LoopbackServer.run { _ in
            ClientTests.accepted
        } _: { server in
            let fixture = ClientFixture(server.url) { $0.observer = nil }
            _ = try await fixture.client.eventBridge("us-east-1").putEvents(
                ClientTests.entry, deadline: fixture.deadline)
            #expect(fixture.notes.events.isEmpty)
        }
    }

    @Test(arguments: [
        ("Signature=0a1B, and Signature=ff", "Signature=****, and Signature=****"), ("Signature=", "Signature=****"),
        ("Signature=****&a", "Signature=****&a"),
        ("Proxy-Authorization: Basic dXNlcjpwYXNzd29yZA== …", "Proxy-Authorization: Basic **** …"),
        ("Basic authentication is required", "Basic authentication is required"),
        ("Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer ****"), ("", ""),
    ])
    func whatProvesAnIdentityIsStarred(message: String, shown: String) {
        #expect(Redaction.withoutSignatures(message) == shown)
    }

    @Test(arguments: [
        ("https://h/p", "https://h/p"), ("https://h/p?a=b&c", "https://h/p?a=b&c"),
        ("https://h/?X-Amz-Security-Token=t%2F", "https://h/?X-Amz-Security-Token=****"),
        ("h?x-amz-signature=1&x-amz-signature=2&", "h?x-amz-signature=****&x-amz-signature=****&"),
        ("?X-Amz-Signature=", "?X-Amz-Signature=****"), ("?X-Amz-Signature", "?X-Amz-Signature"), ("", ""),
    ])
    func presignedURLsAreStarred(url: String, shown: String) {
        #expect(Redaction.url(url) == shown)
    }
}
