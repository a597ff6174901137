import AWSSigning
import Basics
import FoundationEssentials

/// Where ECS and EKS hand out a task's credentials (botocore's `ContainerProvider` and `ContainerMetadataFetcher`).
enum ContainerEndpoint {
    static let host = "169.254.170.2"
    /// Plain HTTP is for these and for the loopback addresses only: anybody else on the way could read the keys.
    static let allowedHosts: Set<String> = [host, "169.254.170.23", "[fd00:ec2::23]", "localhost"]

    /// Nil where no container says that it has credentials.
    static func url(_ environment: ProcessEnvironment) throws(Problem) -> Sourced<String>? {
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            guard path.hasPrefix("/") else {
                throw Problem(
                    .credentials, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with /",
                    hint: "unset it, or write a path")
            }
            return Sourced("http://\(host)\(path)", source: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
        }
        let name = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
        guard let url = environment[name] else { return nil }
        guard let address = URLAddress(url) else {
            throw Problem(.credentials, "\(name) is not an http or https URL", hint: "write it as http://localhost/path")
        }
        guard address.scheme == .https || isLoopback(address.host) || allowedHosts.contains(address.host) else {
            throw Problem(
                .credentials, "\(name) points to \(address.host) without TLS, and credentials are not fetched from there",
                hint: "use https, a loopback address, 169.254.170.2, 169.254.170.23 or [fd00:ec2::23]")
        }
        return Sourced(url, source: name)
    }

    static func isLoopback(_ host: String) -> Bool {
        if host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

extension CredentialSearch {
    func fromContainer() async throws(Problem) -> SourceOutcome {
        guard let url = try ContainerEndpoint.url(environment) else {
            return .absent(
                "container: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set"
            )
        }
        var flaw = ""
        for attempt in 1...3 {
            if attempt > 1 {
                // botocore waits a second between its three attempts of two seconds each.
                do { try await Task.sleep(for: .seconds(1)) } catch {
                    throw Problem(.cancelled, "the call for the container's credentials was cancelled")
                }
            }
            // The token is read anew each time: EKS replaces it while the program runs.
            var request = HTTPRequest(url: url.value, headers: ["Accept": "application/json"])
            if let token = try authorization() { request.headers["Authorization"] = token.exposed }
            request.connectTimeout = .seconds(2)
            request.bypassesProxy = true
            var answer: HTTPResponse?
            do { answer = try await transport.send(request, deadline: deadline.clamped(to: .after(.seconds(2)))) } catch {
                flaw = error.problem.summary
            }
            if let answer {
                guard let found = answer.status == 200 ? RoleAnswer.read(answer.body) : nil else {
                    flaw = "it answered " + (answer.status == 200 ? "without credentials" : "with status \(answer.status)")
                    continue
                }
                return .found(
                    try checked(
                        found.credentials(from: "container credentials (\(url.source))"),
                        "check this machine's clock (date -u), and what answers at \(url.source)"))
            }
            if deadline.hasPassed { break }
        }
        throw Problem(
            .credentials, "the container gave no credentials", cause: flaw,
            hint: "check \(url.source), and that the task or pod has a role")
    }

    private func authorization() throws(Problem) -> Secret<String>? {
        var token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        var name = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
        if let path = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            name = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
            do { token = try environment.readFile(path) } catch {
                throw Problem(
                    .credentials, "\(name) names \(path), which cannot be read", cause: "\(error)",
                    hint: "check its permissions")
            }
            guard let read = token else {
                throw Problem(
                    .credentials, "\(name) names \(path), which does not exist", hint: "check the pod's identity agent")
            }
            token = read.last?.isNewline == true ? String(read.dropLast()) : read
        }
        guard let token else { return nil }
        guard !token.contains(where: \.isNewline) else {
            throw Problem(.credentials, "\(name) holds a line break", hint: "let it hold the token alone")
        }
        return Secret(token)
    }
}

/// Credentials as containers and instances answer them.
struct RoleAnswer: Decodable {
    var code: String?
    var message: String?
    var accessKeyID: String?
    var secretAccessKey: String?
    var token: String?
    var expiration: String?
    var accountID: String?

    enum CodingKeys: String, CodingKey {
        case code = "Code"
        case message = "Message"
        case accessKeyID = "AccessKeyId"
        case secretAccessKey = "SecretAccessKey"
        case token = "Token"
        case expiration = "Expiration"
        case accountID = "AccountId"
    }

    /// What is needed of an answer.
    struct Whole {
        let accessKeyID: String
        let secretAccessKey: Secret<String>
        let token: Secret<String>
        var expiration: Date
        let accountID: String?

        func credentials(from source: String) -> FoundCredentials {
            FoundCredentials(
                AWSCredentials(
                    accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: token,
                    expiration: expiration), source: source, accountID: accountID)
        }
    }

    static func read(_ body: Data) -> Whole? {
        (try? JSONDecoder().decode(RoleAnswer.self, from: body))?.whole
    }

    var whole: Whole? {
        guard let accessKeyID, let secretAccessKey, let token, let date = expiration.flatMap({ ISO8601.date($0) })
        else { return nil }
        return Whole(
            accessKeyID: accessKeyID, secretAccessKey: Secret(secretAccessKey), token: Secret(token), expiration: date,
            accountID: accountID)
    }
}
