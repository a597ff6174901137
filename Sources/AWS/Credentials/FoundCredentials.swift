package import AWSSigning

/// Credentials, and where they came from.
package struct FoundCredentials: Sendable, Hashable {
    package var credentials: AWSCredentials
    /// For people: `environment variables`, or `profile ops in ~/.aws/config:12 via role arn:…, from profile base in …`.
    package var source: String
    /// The account, where the source itself names it.
    package var accountID: String?

    package init(_ credentials: AWSCredentials, source: String, accountID: String? = nil) {
        self.credentials = credentials
        self.source = source
        self.accountID = accountID
    }
}

/// A setting's value, and where it was set.
package struct Sourced<Value: Sendable & Hashable>: Sendable, Hashable {
    package var value: Value
    /// For people: `--region`, `AWS_REGION`, or `profile staging in ~/.aws/config:12`.
    package var source: String

    package init(_ value: Value, source: String) {
        self.value = value
        self.source = source
    }
}

/// What one source of the chain has to say.
enum SourceOutcome: Sendable {
    case found(FoundCredentials)
    /// It is not set up here; the reasons are shown when no source has anything.
    case absent([String])

    static func absent(_ reason: String) -> SourceOutcome { .absent([reason]) }
}
