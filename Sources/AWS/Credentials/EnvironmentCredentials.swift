import AWSSigning
import Basics
import FoundationEssentials

extension ProcessEnvironment {
    /// The variables of botocore's `EnvProvider`. Reads nothing but the variables.
    func credentials(now: Date) throws(Problem) -> SourceOutcome {
        guard let id = self["AWS_ACCESS_KEY_ID"] else {
            return .absent("environment variables: AWS_ACCESS_KEY_ID is not set")
        }
        guard let secret = self["AWS_SECRET_ACCESS_KEY"] else {
            throw Problem(
                .credentials, "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not", hint: "set both, or neither")
        }
        var expiration: Date?
        if let text = self["AWS_CREDENTIAL_EXPIRATION"] {
            guard let date = ISO8601.date(text) else {
                throw Problem(
                    .credentials, "AWS_CREDENTIAL_EXPIRATION is no time",
                    hint: "write it as 2026-01-02T03:04:05Z, or unset it")
            }
            guard date > now else {
                throw Problem(
                    .credentials, "the credentials in the environment variables expired at \(text)",
                    hint: "export new ones, or unset AWS_ACCESS_KEY_ID")
            }
            expiration = date
        }
        let token = self["AWS_SECURITY_TOKEN"] ?? self["AWS_SESSION_TOKEN"]
        return .found(
            FoundCredentials(
                AWSCredentials(
                    accessKeyID: id, secretAccessKey: Secret(secret), sessionToken: token.map { Secret($0) },
                    expiration: expiration), source: "environment variables", accountID: self["AWS_ACCOUNT_ID"]))
    }
}
