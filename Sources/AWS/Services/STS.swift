package import AWSSigning
package import Basics
import FoundationEssentials

/// AWS Security Token Service (botocore model `sts` 2011-06-15, query protocol).
package struct STS: Sendable {
    let client: AWSClient
    let region: String

    package struct CallerIdentity: Sendable, Hashable, Codable {
        package var account: String
        package var arn: String
        package var userID: String
    }

    package func getCallerIdentity(deadline: Deadline) async throws(AWSError) -> CallerIdentity {
        let operation = AWSOperation.query(.sts, "GetCallerIdentity", []) { xml in
            CallerIdentity(
                account: try xml.required("Account"), arn: try xml.required("Arn"), userID: try xml.required("UserId"))
        }
        return try await client.call(operation, in: region, deadline: deadline)
    }

    package struct AssumeRoleInput: Sendable, Hashable {
        package var roleARN: String
        package var sessionName: String
        package var externalID: String?
        package var durationSeconds: Int?
        package var mfa: MFACode?

        /// A device, and the code it shows now.
        package struct MFACode: Sendable, Hashable {
            package var serialNumber: String
            package var code: Secret<String>

            package init(serialNumber: String, code: Secret<String>) {
                self.serialNumber = serialNumber
                self.code = code
            }
        }

        package init(roleARN: String, sessionName: String, externalID: String? = nil, durationSeconds: Int? = nil) {
            self.roleARN = roleARN
            self.sessionName = sessionName
            self.externalID = externalID
            self.durationSeconds = durationSeconds
        }
    }

    package func assumeRole(_ input: AssumeRoleInput, deadline: Deadline) async throws(AWSError) -> AWSCredentials {
        var parameters: [(name: String, value: String)] = [
            ("RoleArn", input.roleARN), ("RoleSessionName", input.sessionName),
        ]
        if let id = input.externalID { parameters.append(("ExternalId", id)) }
        if let seconds = input.durationSeconds { parameters.append(("DurationSeconds", String(seconds))) }
        if let mfa = input.mfa {
            parameters += [("SerialNumber", mfa.serialNumber), ("TokenCode", mfa.code.exposed)]
        }
        let operation = AWSOperation.query(.sts, "AssumeRole", parameters) { xml in
            AWSCredentials(
                accessKeyID: try xml.required("AccessKeyId"),
                secretAccessKey: Secret(try xml.required("SecretAccessKey")),
                sessionToken: Secret(try xml.required("SessionToken")),
                expiration: ISO8601.date(try xml.required("Expiration")))
        }
        return try await client.call(operation, in: region, deadline: deadline)
    }
}

extension AWSClient {
    package func sts(_ region: String) -> STS { STS(client: self, region: region) }
}
