import AWSSigning
import Basics
import FoundationEssentials

extension CredentialSearch {
    /// How long a program may take, the user's touching of a security key included.
    private static let programTime = Duration.seconds(60)

    /// What the profile's `credential_process` prints (botocore's `ProcessProvider`). Nothing it prints is repeated:
    /// it may be a secret, whole or broken off.
    func fromProcess(_ profile: Profile?) async throws(Problem) -> SourceOutcome {
        guard let profile, let command = profile["credential_process"], !command.isEmpty else {
            return .absent("credential_process: it is not set")
        }
        let location = profile.location(of: "credential_process")
        let what = "the credential_process of profile `\(profile.name)`"
        guard let words = ShellWords.split(command), let program = words.first else {
            throw Problem(
                .credentials, "\(what) has a quotation that does not end", hint: "close it", location: location)
        }
        guard let run = environment.runProgram else {
            throw Problem(
                .credentials, "\(what) cannot be used here, where no program may be run",
                hint: "give the credentials in environment variables", location: location)
        }
        let limit = deadline.clamped(to: .after(Self.programTime))
        let ended: FinishedProgram
        do throws(Problem) { ended = try await run(words, limit) } catch {
            throw Problem(
                error.kind == .cancelled ? .cancelled : .credentials, "\(what) could not be run: \(error.summary)",
                cause: error.cause, hint: "run it by hand: \(program)", location: location)
        }
        guard ended.exitCode == 0 else {
            let said = ended.errors.split(whereSeparator: \.isNewline).last.map { Redaction.masked(String($0)) }
            throw Problem(
                .credentials, "\(what) ended with exit code \(ended.exitCode)", cause: said,
                hint: "run it by hand: \(program)", location: location)
        }
        let found = try read(ended.output, what, profile, location)
        return .found(try checked(found, "run it by hand: \(program)", location))
    }

    private struct Output: Decodable {
        var version: Int?
        var accessKeyID: String?
        var secretAccessKey: String?
        var sessionToken: String?
        var expiration: String?
        var accountID: String?

        enum CodingKeys: String, CodingKey {
            case version = "Version"
            case accessKeyID = "AccessKeyId"
            case secretAccessKey = "SecretAccessKey"
            case sessionToken = "SessionToken"
            case expiration = "Expiration"
            case accountID = "AccountId"
        }
    }

    private func read(
        _ text: String, _ what: String, _ profile: Profile, _ location: Problem.Location
    ) throws(Problem) -> FoundCredentials {
        func problem(_ flaw: String) -> Problem {
            Problem(
                .credentials, "\(what) \(flaw)",
                hint: "let it print {\"Version\": 1, \"AccessKeyId\": …, \"SecretAccessKey\": …}", location: location)
        }
        let output: Output
        do { output = try JSONDecoder().decode(Output.self, from: Data(text.utf8)) } catch {
            throw problem(text.isEmpty ? "printed nothing" : "printed something that is not the JSON it should be")
        }
        guard let version = output.version else { throw problem("printed no Version") }
        guard version == 1 else { throw problem("printed Version \(version), and only 1 is known") }
        guard let id = output.accessKeyID else { throw problem("printed no AccessKeyId") }
        guard let secret = output.secretAccessKey else { throw problem("printed no SecretAccessKey") }
        let expiration = output.expiration.flatMap { ISO8601.date($0) }
        if output.expiration != nil, expiration == nil { throw problem("printed an Expiration that is no time") }
        return FoundCredentials(
            AWSCredentials(
                accessKeyID: id, secretAccessKey: Secret(secret), sessionToken: output.sessionToken.map { Secret($0) },
                expiration: expiration),
            source: "\(place(profile, of: "credential_process")) via its credential_process",
            accountID: output.accountID ?? profile["aws_account_id"])
    }
}
