import AWSSigning
import Basics
import Synchronization

/// Whether somebody has typed an MFA code for this chain already: nobody is asked again in the middle of a screen.
final class MFASession: Sendable {
    private let isSpent = Mutex(false)

    func begin() -> Bool {
        isSpent.withLock { isSpent in
            defer { isSpent = true }
            return !isSpent
        }
    }

    /// A code that was refused may be typed anew.
    func reset() { isSpent.withLock { $0 = false } }
}

extension CredentialSearch {
    /// Assumes the profile's role (botocore's `AssumeRoleProvider`).
    /// - Parameter seen: the profiles that led here, the first one first.
    func fromRole(_ profile: Profile, seen: [String] = []) async throws(Problem) -> FoundCredentials {
        let role = profile["role_arn"] ?? ""
        let seen = seen + [profile.name]
        var input = STS.AssumeRoleInput(
            roleARN: role, sessionName: profile["role_session_name"] ?? "taskops", externalID: profile["external_id"],
            // A number that is none is passed over, as botocore does.
            durationSeconds: profile["duration_seconds"].flatMap { Int($0) })
        let endpoints = try shared.endpoints(flag: nil, environment)
        // What a stand-in for STS gives must never reach the CLI, nor the CLI's credentials a stand-in.
        let cache =
            endpoints.configuredURL(for: .sts) == nil
            ? RoleCache(
                environment, input, device: profile["mfa_serial"], isNamed: profile["role_session_name"] != nil) : nil
        let origin = "\(place(profile, of: "role_arn")) via role \(role)"
        if let held = cache?.read(now: now()) {
            return FoundCredentials(
                held, source: "\(origin), from the aws CLI's cache", accountID: ARN.account(of: role))
        }
        let source = try await source(of: profile, seen)
        let region = try region(for: profile)
        if let device = profile["mfa_serial"] {
            input.mfa = .init(serialNumber: device, code: Secret(try await code(for: device, profile)))
        }

        var configuration = AWSClient.Configuration(credentials: StaticCredentials(source.credentials), region: region)
        configuration.endpoints = endpoints
        configuration.caBundle = try shared.caBundle(environment)
        configuration.transport = transport
        configuration.observer = environment.observer
        try configuration.apply(shared, environment)
        do {
            let client = AWSClient(configuration)
            let credentials = try await client.sts(region).assumeRole(input, deadline: deadline)
            cache?.write(credentials, accountID: ARN.account(of: role))
            return FoundCredentials(
                credentials, source: "\(origin), from \(source.source)", accountID: ARN.account(of: role))
        } catch {
            var problem = error.problem
            problem.summary = Redaction.withoutSignatures(problem.summary)
            problem.cause = problem.cause.map(Redaction.withoutSignatures)
            if let code = input.mfa?.code.exposed {
                mfa.reset()
                problem.summary.replace(code, with: "****")
                problem.cause?.replace(code, with: "****")
            }
            problem.summary = "profile `\(profile.name)` could not assume \(role): \(problem.summary)"
            problem.location = problem.location ?? profile.location(of: "role_arn")
            problem.hint = problem.hint ?? "check role_arn, or try again"
            throw problem
        }
    }

    private func source(of profile: Profile, _ seen: [String]) async throws(Problem) -> FoundCredentials {
        switch (profile["source_profile"], profile["credential_source"]) {
        case (.some, .some):
            throw Problem(
                .credentials, "profile `\(profile.name)` has both source_profile and credential_source",
                hint: "keep one of the two", location: profile.location(of: "credential_source"))
        case (nil, nil):
            throw Problem(
                .credentials, "profile `\(profile.name)` has role_arn and neither source_profile nor credential_source",
                hint: "name the profile whose credentials may assume the role with source_profile",
                location: profile.location(of: "role_arn"))
        case (nil, let name?):
            return try await namedSource(name, profile)
        case (let name?, nil):
            return try await sourceProfile(name, of: profile, seen)
        }
    }

    private func sourceProfile(
        _ name: String, of profile: Profile, _ seen: [String]
    ) async throws(Problem) -> FoundCredentials {
        let location = profile.location(of: "source_profile")
        guard let source = shared.profile(name) else {
            let near = closestMatch(to: name, among: shared.profileNames).map { "did you mean \($0)?" }
            throw Problem(
                .credentials, "profile `\(profile.name)` names the source_profile `\(name)`, which does not exist",
                hint: near ?? "make it: aws configure --profile \(name)", location: location)
        }
        // A profile may be its own source where it has keys: the one loop that is no mistake.
        let isOwnSource = name == profile.name && source.hasStaticKeys
        guard isOwnSource || !seen.contains(name) else {
            throw Problem(
                .credentials, "the source_profile settings go in a circle",
                cause: (seen + [name]).joined(separator: " → "),
                hint: "let source_profile of `\(profile.name)` name a profile with credentials of its own",
                location: location)
        }
        guard source.hasStaticKeys || !source.assumesRole else { return try await fromRole(source, seen: seen) }
        switch try await fromProfile(name, usesEnvironment: false) {
        case .found(let found): return found
        case .absent(let reasons):
            throw Problem(
                .credentials, "the source_profile `\(name)` of profile `\(profile.name)` has no credentials",
                cause: reasons.joined(separator: "; "), hint: "give it some: aws configure --profile \(name)",
                location: location)
        }
    }

    /// `credential_source`: names as AWS writes them, upper and lower case included (`CanonicalNameCredentialSourcer`).
    private func namedSource(_ name: String, _ profile: Profile) async throws(Problem) -> FoundCredentials {
        let outcome: SourceOutcome
        switch name {
        case "Environment": outcome = try environment.credentials(now: now())
        case "EcsContainer": outcome = try await fromContainer()
        case "Ec2InstanceMetadata": outcome = try await fromInstanceMetadata()
        default:
            throw Problem(
                .credentials, "profile `\(profile.name)` has the credential_source `\(name)`, which there is not",
                hint: "write Environment, Ec2InstanceMetadata or EcsContainer",
                location: profile.location(of: "credential_source"))
        }
        switch outcome {
        case .found(let found): return found
        case .absent(let reasons):
            throw Problem(
                .credentials, "the credential_source `\(name)` of profile `\(profile.name)` has no credentials",
                cause: reasons.joined(separator: "; "),
                hint: "name another source, or a source_profile",
                location: profile.location(of: "credential_source"))
        }
    }

    private func code(for device: String, _ profile: Profile) async throws(Problem) -> String {
        let location = profile.location(of: "mfa_serial")
        let export = "eval \"$(aws configure export-credentials\(profile.flag) --format env)\""
        guard let ask = environment.askForCode else {
            throw Problem(
                .credentials, "profile `\(profile.name)` asks for an MFA code, and there is no terminal to ask on",
                hint: "run it on a terminal, or export the credentials first: \(export)", location: location)
        }
        guard mfa.begin() else {
            throw Problem(
                .credentials, "the session made with the MFA code of profile `\(profile.name)` is over",
                hint: "run the command again", location: location)
        }
        let code = try await ask("MFA code of \(device): ")
        guard !code.isEmpty else {
            mfa.reset()
            throw Problem(
                .credentials, "no MFA code was given for profile `\(profile.name)`", hint: "run the command again",
                location: location)
        }
        return code
    }
}

enum ARN {
    /// The fifth part: `arn:aws:iam::123456789012:role/ops`.
    static func account(of arn: String) -> String? {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count >= 6 && !parts[4].isEmpty ? String(parts[4]) : nil
    }
}
