import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Programs
import Synchronization
import TestSupport

/// A machine as the chain sees it: variables and files by name, and notes of what was read and written.
final class CredentialFixture: Sendable {
    static let configPath = "/home/ada/.aws/config"
    static let credentialsPath = "/home/ada/.aws/credentials"

    /// A certificate made for these tests; its key was thrown away.
    static let certificate =
        "-----BEGIN CERTIFICATE-----\n"
        + "MIIBhzCCAS2gAwIBAgIUKgnLGVg2r3fAIVobA5i69sxlsnkwCgYIKoZIzj0EAwIwGDEWMBQGA1UEAwwNdGFza29w\n"
        + "cyB0ZXN0czAgFw0yNjExMjUyMzAyMzFaGA8yMTI2MTEwMTIzMDIzMVowGDEWMBQGA1UEAwwNdGFza29wcyB0ZXN0\n"
        + "czBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMYdVrINgkF48x2+S3I+VZE7Cp4Q6EeeGy7V5ONdPJx01twsgxCw\n"
        + "QYFr4L+yFW/atu+4R384a12t254E6nRl66mjUzBRMB0GA1UdDgQWBBTgXrN23LEly4p1oOTM5E2NGYKi2zAfBgNV\n"
        + "HSMEGDAWgBTgXrN23LEly4p1oOTM5E2NGYKi2zAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQDY\n"
        + "FwbYmC3wVHMetYdioz2izfpZHWrtPh9/h8u8YUAltAIgXjduzO4w3se8FnBK7i67rUsZvDt5M4JyMCxFHrdEmLA=\n"
        + "-----END CERTIFICATE-----\n"

    private struct State {
        var files: [String: String]
        var reads: [String] = []
        var questions: [String] = []
    }

    private let state: Mutex<State>
    let variables: [String: String]
    let code: String?

    /// - Parameter code: what the person at the terminal types when asked for an MFA code; nil where nobody is there.
    init(
        _ variables: [String: String] = [:], config: String? = nil, credentials: String? = nil,
        files: [String: String] = [:], code: String? = nil
    ) {
        let own = ["HOME": "/home/ada", "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1"]
        self.variables = variables.merging(own) { one, _ in one }
        self.code = code
        var files = files
        files[Self.configPath] = config
        files[Self.credentialsPath] = credentials
        state = Mutex(State(files: files))
    }

    subscript(path: String) -> String? {
        get { state.withLock { $0.files[path] } }
        set { state.withLock { $0.files[path] = newValue } }
    }

    var reads: [String] { state.withLock(\.reads) }
    var questions: [String] { state.withLock(\.questions) }

    var environment: ProcessEnvironment {
        var environment = ProcessEnvironment(variables: variables) { [self] path in
            state.withLock { state in
                state.reads.append(path)
                return state.files[path]
            }
        }
        environment.writeFile = { [self] path, text in self[path] = text }
        environment.runProgram = { (words, deadline) async throws(Problem) in
            try await ProgramRunner.run(words, deadline: deadline)
        }
        if let code {
            environment.askForCode = { [self] (question) async throws(Problem) in
                state.withLock { $0.questions.append(question) }
                return code
            }
        }
        return environment
    }

    func chain(profile: String? = nil, now: @escaping @Sendable () -> Date = { Date() }) -> CredentialChain {
        CredentialChain(environment: environment, profile: profile, transport: HTTPTransport(), now: now)
    }

    func find(
        profile: String? = nil, within time: Duration = .seconds(10), now: @escaping @Sendable () -> Date = { Date() }
    ) async throws -> FoundCredentials {
        try await chain(profile: profile, now: now).find(deadline: .after(time))
    }

    /// The problem that a search ends with; nil where it finds something.
    func problem(profile: String? = nil, within time: Duration = .seconds(10)) async -> Problem? {
        do {
            _ = try await find(profile: profile, within: time)
            return nil
        } catch { return error as? Problem }
    }

    static func later(_ seconds: Double) -> String { Date(timeIntervalSinceNow: seconds).formatted(.iso8601) }

    static func roleAnswer(_ id: String, expires: Double = 3600) -> String {
        """
        {"Code": "Success", "AccessKeyId": "\(id)", "SecretAccessKey": "\(id)-secret", "Token": "\(id)-token", \
        "Expiration": "\(later(expires))"}
        """
    }

    static func assumed(_ id: String) -> LoopbackServer.Reply {
        .answer(
            status: 200,
            body: Array(
                """
                <R><Credentials><AccessKeyId>\(id)</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                <SessionToken>t</SessionToken><Expiration>\(later(3600))</Expiration></Credentials></R>
                """.utf8))
    }
}
