import AWSSigning
import Basics
import FoundationEssentials

extension CredentialSearch {
    /// A role assumed with a token that somebody else keeps fresh in a file, as Kubernetes does (botocore's
    /// `AssumeRoleWithWebIdentityProvider`): each of the three settings comes from the environment, else the profile.
    func fromWebIdentity(_ profile: Profile?, usesEnvironment: Bool) async throws(Problem) -> SourceOutcome {
        func setting(_ variable: String, _ key: String) -> String? {
            (usesEnvironment ? environment[variable] : nil) ?? profile?[key].flatMap { $0.isEmpty ? nil : $0 }
        }
        guard let file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file") else {
            return .absent(
                usesEnvironment
                    ? "web identity: neither AWS_WEB_IDENTITY_TOKEN_FILE nor web_identity_token_file is set"
                    : "web identity: web_identity_token_file is not set")
        }
        let isFromEnvironment = usesEnvironment && environment["AWS_WEB_IDENTITY_TOKEN_FILE"] != nil
        let location = isFromEnvironment ? nil : profile?.location(of: "web_identity_token_file")
        let name = isFromEnvironment ? "AWS_WEB_IDENTITY_TOKEN_FILE" : "web_identity_token_file"
        guard let role = setting("AWS_ROLE_ARN", "role_arn") else {
            throw Problem(
                .credentials, "\(name) is set, and no role to assume with the token",
                hint: isFromEnvironment ? "set AWS_ROLE_ARN" : "add role_arn to the profile", location: location)
        }
        let token = try token(in: environment.expanding(file), named: name, location)
        let session = setting("AWS_ROLE_SESSION_NAME", "role_session_name") ?? "taskops"
        let form = [
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role),
            ("RoleSessionName", session), ("WebIdentityToken", token.exposed),
        ].map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
        let call = UnsignedCall(
            service: .sts, operation: "AssumeRoleWithWebIdentity", region: try region(for: profile),
            headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"], body: Data(form.utf8),
            secrets: [token])
        switch try await call.send(self) {
        case .failure(let refusal):
            throw Problem(
                .credentials, "\(role) could not be assumed with the token in \(file)", cause: refusal.text,
                hint: refusal.code.hasPrefix("ExpiredToken")
                    ? "renew the token in that file" : "check the role's trust policy, and the token in that file",
                location: location)
        case .success(let response):
            let xml = XMLScan(response.body)
            let credentials: AWSCredentials
            do {
                credentials = AWSCredentials(
                    accessKeyID: try xml.required("AccessKeyId"),
                    secretAccessKey: Secret(try xml.required("SecretAccessKey")),
                    sessionToken: Secret(try xml.required("SessionToken")),
                    expiration: ISO8601.date(try xml.required("Expiration")))
            } catch {
                throw Problem(
                    .credentials, "STS answered AssumeRoleWithWebIdentity in a form that cannot be read",
                    cause: "\(error)", hint: "check that the endpoint is AWS's and not a proxy's")
            }
            let origin =
                isFromEnvironment ? name : profile.map { place($0, of: "web_identity_token_file") } ?? name
            return .found(
                FoundCredentials(
                    credentials, source: "\(origin) via role \(role), from the token in \(file)",
                    accountID: ARN.account(of: role)))
        }
    }

    private func token(
        in path: String, named name: String, _ location: Problem.Location?
    ) throws(Problem) -> Secret<String> {
        let hint = "let \(name) name a file with a token"
        let text: String?
        do { text = try environment.readFile(path) } catch {
            throw Problem(
                .credentials, "\(name) names \(path), which cannot be read", cause: "\(error)", hint: hint,
                location: location)
        }
        guard let text else {
            throw Problem(
                .credentials, "\(name) names \(path), which does not exist", hint: hint, location: location)
        }
        guard !text.allSatisfy(\.isWhitespace) else {
            throw Problem(.credentials, "\(name) names \(path), which is empty", hint: hint, location: location)
        }
        return Secret(text)
    }
}
