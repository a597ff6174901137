import AWSSigning
import Basics
import FoundationEssentials

/// The aws CLI's own cache of assumed roles, `~/.aws/cli/cache`: whoever typed an MFA code for the CLI is not asked for
/// another one here, and the other way round (botocore's `CachedCredentialFetcher`, `JSONFileCache`).
struct RoleCache: Sendable {
    let environment: ProcessEnvironment
    let path: String

    /// - Parameter isNamed: whether the profile names the session: a name made up by a program is left out.
    init(_ environment: ProcessEnvironment, _ input: STS.AssumeRoleInput, device: String?, isNamed: Bool) {
        self.environment = environment
        path = environment.expanding("~/.aws/cli/cache/" + Self.fileName(input, device: device, isNamed: isNamed))
    }

    /// SHA-1 of the call's parameters as Python's `json.dumps(…, sort_keys=True)` writes them.
    static func fileName(_ input: STS.AssumeRoleInput, device: String?, isNamed: Bool) -> String {
        var members: [(String, String)] = []
        if let seconds = input.durationSeconds { members.append(("DurationSeconds", String(seconds))) }
        if let id = input.externalID { members.append(("ExternalId", quoted(id))) }
        members.append(("RoleArn", quoted(input.roleARN)))
        if isNamed { members.append(("RoleSessionName", quoted(input.sessionName))) }
        if let device { members.append(("SerialNumber", quoted(device))) }
        let text = "{" + members.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
        return Digest.hex(Digest.sha1(Array(text.utf8))) + ".json"
    }

    private static func quoted(_ text: String) -> String {
        var output = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22: output += "\\\""
            case 0x5C: output += "\\\\"
            case 0x08: output += "\\b"
            case 0x09: output += "\\t"
            case 0x0A: output += "\\n"
            case 0x0C: output += "\\f"
            case 0x0D: output += "\\r"
            case 0x20...0x7E: output.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            case 0x7F: output.unicodeScalars.append("\u{7F}")
            default:
                let digits = String(unit, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return output + "\""
    }

    private struct File: Codable {
        struct Credentials: Codable {
            var accessKeyID: String
            var secretAccessKey: String
            var sessionToken: String
            var expiration: String
            var accountID: String?

            enum CodingKeys: String, CodingKey {
                case accessKeyID = "AccessKeyId"
                case secretAccessKey = "SecretAccessKey"
                case sessionToken = "SessionToken"
                case expiration = "Expiration"
                case accountID = "AccountId"
            }
        }
        var credentials: Credentials

        enum CodingKeys: String, CodingKey {
            case credentials = "Credentials"
        }
    }

    /// What holds for a quarter of an hour yet; anything else is as if it were not there.
    func read(now: Date) -> AWSCredentials? {
        guard let text = try? environment.readFile(path) else { return nil }
        return Self.credentials(in: text).flatMap { found in
            guard let end = found.expiration, end.timeIntervalSince(now) >= CredentialCache.advisory else { return nil }
            return found
        }
    }

    static func credentials(in text: String) -> AWSCredentials? {
        guard let file = try? JSONDecoder().decode(File.self, from: Data(text.utf8)) else { return nil }
        return AWSCredentials(
            accessKeyID: file.credentials.accessKeyID, secretAccessKey: Secret(file.credentials.secretAccessKey),
            sessionToken: Secret(file.credentials.sessionToken),
            expiration: SSOToken.date(file.credentials.expiration))
    }

    /// Kept only where the aws CLI has its folder already; where it cannot be kept, the role is assumed again.
    func write(_ credentials: AWSCredentials, accountID: String?) {
        guard let write = environment.writeFile, let expiration = credentials.expiration,
            let token = credentials.sessionToken
        else { return }
        let file = File(
            credentials: .init(
                accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey.exposed,
                sessionToken: token.exposed, expiration: expiration.formatted(.iso8601), accountID: accountID))
        guard let text = try? JSONEncoder().encode(file) else { return }
        try? write(path, String(decoding: text, as: UTF8.self))
    }
}
