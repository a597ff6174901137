package import AWSSigning
package import Basics

/// A source of credentials. It says in its problem what it tried.
package protocol CredentialProvider: Sendable {
    func credentials(deadline: Deadline) async throws(Problem) -> AWSCredentials
}

/// Credentials known beforehand.
package struct StaticCredentials: CredentialProvider {
    let held: AWSCredentials

    package init(_ credentials: AWSCredentials) {
        held = credentials
    }

    package func credentials(deadline: Deadline) async throws(Problem) -> AWSCredentials { held }
}
