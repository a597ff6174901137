import AWSSigning
import Basics

extension CredentialSearch {
    /// The profile's keys in one of the shared files (botocore's `SharedCredentialProvider` and `ConfigProvider`): a
    /// file answers for itself alone, so that half a pair is never completed from the other file.
    func fromKeys(of name: String, in file: ConfigFile, _ section: ConfigFile.Section?) throws(Problem) -> SourceOutcome {
        let path = environment.abbreviating(file.path)
        guard let section else {
            return .absent(file.isThere ? "\(path): it has no profile \(name)" : "\(path): there is no such file")
        }
        guard let id = section["aws_access_key_id"] else {
            return .absent("\(path): profile \(name) has no aws_access_key_id")
        }
        let line = section.lines["aws_access_key_id"] ?? section.line
        guard let secret = section["aws_secret_access_key"], !secret.isEmpty else {
            throw Problem(
                .credentials, "profile `\(name)` has aws_access_key_id and no aws_secret_access_key",
                hint: "complete it: aws configure --profile \(name)", location: .init(file: file.path, line: line))
        }
        let token = section["aws_security_token"] ?? section["aws_session_token"]
        return .found(
            FoundCredentials(
                AWSCredentials(
                    accessKeyID: id, secretAccessKey: Secret(secret), sessionToken: token.map { Secret($0) }),
                source: "profile \(name) in \(path):\(section.line)", accountID: section["aws_account_id"]))
    }
}
