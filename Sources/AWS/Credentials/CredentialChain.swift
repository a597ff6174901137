package import AWSSigning
package import Basics
import FoundationEssentials

/// Finds credentials where the aws CLI would: the environment, then the profile's role, then the static keys of the
/// shared files. An explicit `--profile` passes the environment over; `AWS_PROFILE` does not (botocore's `credentials.py`).
package struct CredentialChain: CredentialProvider {
    let environment: ProcessEnvironment
    let profile: String?

    package init(environment: ProcessEnvironment, profile: String? = nil) {
        self.environment = environment
        self.profile = profile
    }

    package func credentials(deadline: Deadline) async throws(Problem) -> AWSCredentials {
        var tried: [String] = []
        if profile == nil {
            if let found = try fromEnvironment() { return found }
            tried.append("environment: AWS_ACCESS_KEY_ID is not set")
        } else {
            tried.append("environment: passed over, because --profile was given")
        }
        let shared = try SharedConfig(environment, profile: profile)
        try shared.requireProfile()
        if let found = try await fromProfile(shared, shared.profileName, seen: [], deadline, &tried) { return found }
        throw Problem(
            .credentials, "no AWS credentials were found", cause: tried.joined(separator: "; "),
            hint: "run aws configure, or name a profile with --profile or AWS_PROFILE")
    }

    private func fromEnvironment() throws(Problem) -> AWSCredentials? {
        let (id, secret) = (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        guard let id else { return nil }
        guard let secret else {
            throw Problem(
                .credentials, "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not", hint: "set both, or neither")
        }
        return AWSCredentials(
            accessKeyID: id, secretAccessKey: Secret(secret),
            sessionToken: environment["AWS_SESSION_TOKEN"].map { Secret($0) })
    }

    /// A profile's own credentials: the role it assumes, or its keys in either file.
    private func fromProfile(
        _ shared: SharedConfig, _ name: String, seen: [String], _ deadline: Deadline, _ tried: inout [String]
    ) async throws(Problem) -> AWSCredentials? {
        let settings = shared.configProfile(name)
        // A role that names itself as its source means its own keys: the one loop that is no mistake.
        let isOwnSource = seen.last == name
        if let settings, let role = settings["role_arn"], !isOwnSource {
            return try await assume(role, settings, shared, name, seen: seen, deadline, &tried)
        }
        if let found = try keys(shared.credentialsProfile(name), shared.credentials, name) { return found }
        tried.append("profile \(name): no keys in \(shared.credentials.path)")
        for (key, word) in [
            ("sso_session", "SSO"), ("sso_start_url", "SSO"), ("credential_process", "credential_process"),
            ("login_session", "aws login"),
        ]
        where settings?[key] != nil {
            tried.append(
                "profile \(name): \(word) is set up and not read by taskops (export the credentials: aws configure export-credentials --profile \(name) --format env)"
            )
        }
        if let found = try keys(settings, shared.config, name) { return found }
        tried.append("profile \(name): no keys in \(shared.config.path)")
        return nil
    }

    private func keys(
        _ section: ConfigFile.Section?, _ file: ConfigFile, _ name: String
    ) throws(Problem) -> AWSCredentials? {
        guard let section, let id = section["aws_access_key_id"] else { return nil }
        guard let secret = section["aws_secret_access_key"], !secret.isEmpty else {
            throw Problem(
                .credentials, "profile `\(name)` has aws_access_key_id and no aws_secret_access_key",
                hint: "complete it: aws configure --profile \(name)",
                location: .init(file: file.path, line: section.line))
        }
        return AWSCredentials(
            accessKeyID: id, secretAccessKey: Secret(secret),
            sessionToken: section["aws_session_token"].map { Secret($0) })
    }

    private func assume(
        _ role: String, _ settings: ConfigFile.Section, _ shared: SharedConfig, _ name: String, seen: [String],
        _ deadline: Deadline, _ tried: inout [String]
    ) async throws(Problem) -> AWSCredentials? {
        let location = Problem.Location(file: shared.config.path, line: settings.line)
        guard !seen.contains(name) else {
            throw Problem(
                .credentials, "the source_profile settings go in a circle",
                cause: (seen + [name]).joined(separator: " → "), location: location)
        }
        guard settings["mfa_serial"] == nil else {
            throw Problem(
                .credentials, "profile `\(name)` asks for an MFA code, which taskops cannot ask for yet",
                hint:
                    "export the credentials: eval \"$(aws configure export-credentials --profile \(name) --format env)\"",
                location: location)
        }
        let source: AWSCredentials?
        if let sourceName = settings["source_profile"] {
            guard shared.configProfile(sourceName) != nil || shared.credentialsProfile(sourceName) != nil else {
                throw Problem(
                    .credentials, "profile `\(name)` names the source_profile `\(sourceName)`, which does not exist",
                    location: location)
            }
            source = try await fromProfile(shared, sourceName, seen: seen + [name], deadline, &tried)
        } else if settings["credential_source"] == "Environment" {
            source = try fromEnvironment()
            if source == nil {
                tried.append("profile \(name): credential_source is Environment, and AWS_ACCESS_KEY_ID is not set")
            }
        } else {
            let named =
                settings["credential_source"].map { "credential_source \($0)" }
                ?? "neither source_profile nor credential_source"
            throw Problem(
                .credentials, "profile `\(name)` has role_arn and \(named), which taskops cannot use",
                hint: "name a source_profile", location: location)
        }
        guard let source else { return nil }
        guard let region = settings["region"] ?? shared.region(flag: nil, environment) else {
            throw Problem(.configuration, "no AWS Region is set, and assuming a role needs one", hint: "set AWS_REGION")
        }
        var configuration = AWSClient.Configuration(credentials: StaticCredentials(source), region: region)
        configuration.endpoints = shared.endpoints(flag: nil, environment)
        configuration.caBundle = environment["AWS_CA_BUNDLE"].map(environment.expanding)
        let input = STS.AssumeRoleInput(
            roleARN: role, sessionName: settings["role_session_name"] ?? "taskops",
            externalID: settings["external_id"], durationSeconds: settings["duration_seconds"].flatMap { Int($0) })
        do { return try await AWSClient(configuration).sts(region).assumeRole(input, deadline: deadline) } catch {
            var problem = error.problem
            problem.summary = "profile `\(name)` could not assume \(role): \(problem.summary)"
            throw problem
        }
    }
}
