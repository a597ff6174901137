import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Synchronization

/// Calls that only the credential chain makes, unsigned.
extension TypedCalls.Context {
    func webIdentity() async throws(Problem) -> AWSCredentials {
        let variables = [
            "AWS_ENDPOINT_URL": url, "AWS_REGION": TypedCalls.region, "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/any",
            "AWS_WEB_IDENTITY_TOKEN_FILE": "token",
        ]
        let environment = ProcessEnvironment(variables: variables) { $0 == "token" ? "any-token" : nil }
        return try await CredentialChain(environment: environment).credentials(deadline: deadline)
    }

    func roleCredentials() async throws(Problem) -> AWSCredentials {
        try await signIn(lasting: 86_400).credentials(deadline: deadline)
    }

    /// The sign-in as it is kept once it was renewed. The call that follows is answered alike, and that is no answer to it.
    func renewedSignIn() async throws(Problem) -> String {
        let kept = Kept()
        do throws(Problem) {
            _ = try await signIn(lasting: 120, kept).credentials(deadline: deadline)
        } catch {
            if let text = kept.text.withLock(\.self) { return text }
            throw error
        }
        throw Problem(.defect, "an answer of the token service was taken for credentials")
    }

    /// A sign-in by `aws login` that is over, as it is kept once it was renewed.
    func renewedLogin() async throws(Problem) -> String {
        let kept = Kept()
        let session = "arn:aws:sts::123456789012:assumed-role/any/any"
        let config = "[default]\nregion = us-east-1\nlogin_session = \(session)\n"
        let token = """
            {"accessToken": {"accessKeyId": "old", "secretAccessKey": "old-secret", "sessionToken": "old-session", \
            "accountId": "123456789012", "expiresAt": "2020-01-01T00:00:00Z"}, "refreshToken": "old-refresh", \
            "clientId": "any", "dpopKey": "\(Self.key)"}
            """
        let variables = ["AWS_ENDPOINT_URL": url, "HOME": "/home", "AWS_CONFIG_FILE": "config"]
        var environment = ProcessEnvironment(variables: variables) { path in
            path == "config" ? config : path.contains("/login/cache/") ? token : nil
        }
        environment.writeFile = { _, text in kept.text.withLock { $0 = text } }
        _ = try await CredentialChain(environment: environment, now: { Self.now }).credentials(deadline: deadline)
        guard let text = kept.text.withLock(\.self) else {
            throw Problem(.defect, "a renewed sign-in was not kept")
        }
        return text
    }

    /// Made for this, and the key to nothing.
    private static let key =
        "MHcCAQEEICHFCNexi0MLBsmrn3AsoDKsSCXHvtSvLLajm2iaw9DyoAoGCCqGSM49AwEHoUQDQgAEHd1wjo0ogjSwyxZOZOpd6hShWnNUnrJE35w"
        + "CVOpK4UiKtNwz1kC9f/mQaT0/CYAXn1FvqJWMuPc5uezwkoBRrQ=="

    /// A moment at which the sign-in is looked at; one that ends soon has to be renewed first.
    static let now = Date(timeIntervalSince1970: 1_767_323_045)

    private final class Kept: Sendable {
        let text = Mutex<String?>(nil)
    }

    private func signIn(lasting seconds: Double, _ kept: Kept = Kept()) -> CredentialChain {
        let config = """
            [default]
            sso_session = any
            sso_account_id = 123456789012
            sso_role_name = any
            [sso-session any]
            sso_start_url = https://any.awsapps.com/start
            sso_region = us-east-1
            """
        let end = Self.now.addingTimeInterval(seconds).formatted(.iso8601)
        let token =
            #"{"accessToken":"old-access","expiresAt":"\#(end)","clientId":"any","clientSecret":"old-client","#
            + #""registrationExpiresAt":"2100-01-01T00:00:00Z","refreshToken":"old-refresh"}"#
        let variables = ["AWS_ENDPOINT_URL": url, "HOME": "/home", "AWS_CONFIG_FILE": "config"]
        var environment = ProcessEnvironment(variables: variables) { path in
            path == "config" ? config : path.contains("/sso/cache/") ? token : nil
        }
        environment.writeFile = { _, text in kept.text.withLock { $0 = text } }
        return CredentialChain(environment: environment, now: { Self.now })
    }
}
