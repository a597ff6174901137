import AWSSigning
import Basics
import FoundationEssentials

/// One walk through the sources: what they all need. Each source is an extension in a file of its own.
struct CredentialSearch: Sendable {
    let environment: ProcessEnvironment
    let shared: SharedConfig
    /// Where roles are assumed when neither environment nor profiles name a Region.
    let fallbackRegion: String?
    let mfa: MFASession
    let transport: HTTPTransport
    let now: @Sendable () -> Date
    let deadline: Deadline

    /// A profile's own sources, in botocore's order (`ProfileProviderBuilder.providers`).
    /// - Parameter usesEnvironment: whether the environment's web identity counts, as it does only for the profile in use.
    func fromProfile(_ name: String, usesEnvironment: Bool) async throws(Problem) -> SourceOutcome {
        let profile = shared.profile(name)
        var tried: [String] = []
        var outcome = try await fromWebIdentity(profile, usesEnvironment: usesEnvironment)
        if case .absent(let reasons) = outcome {
            tried += reasons
            outcome = try await fromSSO(profile)
        }
        if case .absent(let reasons) = outcome {
            tried += reasons
            outcome = try fromKeys(of: name, in: shared.credentials, shared.credentialsProfile(name))
        }
        if case .absent(let reasons) = outcome {
            tried += reasons
            outcome = try await fromLogin(profile)
        }
        if case .absent(let reasons) = outcome {
            tried += reasons
            outcome = try await fromProcess(profile)
        }
        if case .absent(let reasons) = outcome {
            tried += reasons
            outcome = try fromKeys(of: name, in: shared.config, shared.configProfile(name))
        }
        if case .absent(let reasons) = outcome { return .absent(tried + reasons) }
        return outcome
    }

    func place(_ location: Problem.Location) -> String {
        environment.abbreviating(location.file) + (location.line.map { ":\($0)" } ?? "")
    }

    func place(_ profile: Profile, of key: String) -> String {
        "profile \(profile.name) in \(place(profile.location(of: key)))"
    }

    /// The Region where a role is assumed: the one in use, else the role's own, else the fallback.
    func region(for profile: Profile?) throws(Problem) -> String {
        if let region = shared.region(flag: nil, environment) ?? profile?["region"] ?? fallbackRegion { return region }
        throw Problem(
            .configuration, "no AWS Region is set, and assuming a role needs one",
            hint: "set AWS_REGION, or region in the profile",
            location: profile?.location)
    }

    /// Refuses what is over before it is used: a service would only answer that a token has expired.
    func checked(
        _ found: FoundCredentials, _ hint: String, _ location: Problem.Location? = nil
    ) throws(Problem) -> FoundCredentials {
        guard let expiration = found.credentials.expiration, expiration <= now() else { return found }
        throw Problem(
            .credentials, "the credentials from \(found.source) expired at \(expiration.formatted(.iso8601))",
            hint: hint, location: location)
    }
}
