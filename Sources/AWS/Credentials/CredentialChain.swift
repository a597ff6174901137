package import AWSSigning
package import Basics
package import FoundationEssentials

/// Finds credentials where the aws CLI would, in botocore's order (`credentials.py`, `create_credential_resolver`):
/// environment, the profile's role, web identity, SSO, credentials file, `aws login`, `credential_process`, config file,
/// container, instance metadata. An explicit `--profile` passes the environment over; `AWS_PROFILE` does not.
///
/// Copies share what was found, so that several clients ask once. Nothing is read before it is needed: credentials in
/// the environment cost no file and no connection.
package struct CredentialChain: CredentialProvider {
    private let cache: CredentialCache

    /// - Parameter region: where roles are assumed when neither environment nor profile name a Region.
    package init(
        environment: ProcessEnvironment, profile: String? = nil, region: String? = nil,
        transport: HTTPTransport = .shared, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        let mfa = MFASession()
        cache = CredentialCache(
            ask: { (deadline) async throws(Problem) in
                try await Self.search(environment, profile, region, mfa, transport, now, deadline)
            }, now: now)
    }

    package func credentials(deadline: Deadline) async throws(Problem) -> AWSCredentials {
        try await cache.credentials(deadline: deadline)
    }

    /// The credentials, and which source they came from.
    package func find(deadline: Deadline) async throws(Problem) -> FoundCredentials {
        try await cache.find(deadline: deadline)
    }

    private static func search(
        _ environment: ProcessEnvironment, _ profile: String?, _ region: String?, _ mfa: MFASession,
        _ transport: HTTPTransport, _ now: @escaping @Sendable () -> Date, _ deadline: Deadline
    ) async throws(Problem) -> FoundCredentials {
        var tried: [String] = []
        if profile == nil {
            switch try environment.credentials(now: now()) {
            case .found(let found): return found
            case .absent(let reasons): tried += reasons
            }
        } else {
            tried.append("environment variables: passed over, because --profile was given")
        }
        let shared = try SharedConfig(environment, profile: profile)
        try shared.requireProfile()
        let search = CredentialSearch(
            environment: environment, shared: shared, fallbackRegion: region, mfa: mfa, transport: transport, now: now,
            deadline: deadline)
        if let settings = shared.profile(shared.profileName), settings.assumesRole {
            return try await search.fromRole(settings)
        }
        switch try await search.fromProfile(shared.profileName, usesEnvironment: profile == nil) {
        case .found(let found): return found
        case .absent(let reasons): tried += reasons
        }
        switch try await search.fromContainer() {
        case .found(let found): return found
        case .absent(let reasons): tried += reasons
        }
        switch try await search.fromInstanceMetadata() {
        case .found(let found): return found
        case .absent(let reasons): tried += reasons
        }
        throw Problem(
            .credentials, "no AWS credentials were found", cause: tried.joined(separator: "; "),
            hint: "run aws configure or aws configure sso, or name a profile with --profile or AWS_PROFILE")
    }
}
