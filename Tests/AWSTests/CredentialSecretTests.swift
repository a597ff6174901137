import AWSSigning
import Basics
import FoundationEssentials
import TestSupport
import Testing

@testable import AWS

/// Every source is given recognisable secrets and made to fail and to succeed; none of them may be seen in what comes
/// out, dumped or described.
@Suite struct CredentialSecretTests {
    typealias Fixture = CredentialFixture
    static let secrets = [
        "SECRETKEY", "SESSIONTOKEN", "REFRESH-SECRET", "CLIENT-SECRET", "PORTAL-TOKEN", "WEB.TOKEN", "POD-TOKEN", "654321",
    ]

    static func everything(_ fixture: Fixture, _ profile: String?) async -> String {
        let chain = fixture.chain(profile: profile)
        var text = "\(fixture.environment)"
        dump(fixture.environment, to: &text)
        do {
            let found = try await chain.find(deadline: .after(.seconds(120)))
            text += "\(found) \(String(reflecting: found))"
            dump(found, to: &text)
        } catch {
            text += "\(error) \(String(reflecting: error))"
            dump(error, to: &text)
        }
        dump(chain, to: &text)
        dump(AWSClient(AWSClient.Configuration(credentials: chain, region: "us-east-1")), to: &text)
        return text
    }

    /// A service that says back all that it was sent.
    static let parrot: LoopbackServer.Handler = { request in
        let heard = request.headers.map(\.value).joined(separator: " ") + String(decoding: request.body, as: UTF8.self)
        let escaped = heard.flatMap { $0 == "\"" ? "\\\"" : String($0) }
        return .json(#"{"message": "\#(String(escaped))", "Code": "\#(String(escaped))"}"#, status: 400)
    }

    @Test func nothingSecretComesOut() async throws {
        try await LoopbackServer.run(Self.parrot) { server in
            let variables = [
                "AWS_ENDPOINT_URL": server.url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "POD-TOKEN",
                "AWS_EC2_METADATA_DISABLED": "true",
            ]
            let config = """
                \(CredentialSSOTests.config)
                [profile keys]
                aws_access_key_id = ID
                aws_secret_access_key = SECRETKEY
                aws_session_token = SESSIONTOKEN
                [profile role]
                role_arn = arn:aws:iam::1:role/r
                source_profile = keys
                mfa_serial = m
                [profile web]
                role_arn = arn:aws:iam::1:role/r
                web_identity_token_file = /token
                [profile program]
                credential_process = sh -c 'echo SECRETKEY SESSIONTOKEN'
                [profile task]
                role_arn = arn:aws:iam::1:role/r
                credential_source = EcsContainer
                """
            let files = [
                "/token": "WEB.TOKEN", CredentialSSOTests.path("corp"): CredentialSSOTests.token("PORTAL-TOKEN", for: 60),
            ]
            for profile in ["keys", "role", "web", "program", "task", "dev", "old", nil] {
                let more = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url, "AWS_SESSION_TOKEN": "SESSIONTOKEN"]
                let keys = profile == nil ? ["AWS_ACCESS_KEY_ID": "ID", "AWS_SECRET_ACCESS_KEY": "SECRETKEY"] : [:]
                let fixture = Fixture(
                    variables.merging(more) { one, _ in one }.merging(keys) { one, _ in one }, config: config,
                    files: files, code: "654321")
                let text = await Self.everything(fixture, profile)
                let hasSignature = text.contains(/Signature=[0-9a-f]/)
                #expect(!hasSignature)
                for secret in Self.secrets {
                    #expect(!text.contains(secret), "\(secret) of \(profile ?? "the environment")")
                }
            }
        }
    }
}
