import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Synchronization
import TestSupport
import Testing

@Suite struct CredentialTests {
    let deadline = Deadline.after(.seconds(120))

    func find(
        _ variables: [String: String] = [:], config: String = "", credentials: String? = nil, profile: String? = nil
    ) async throws -> AWSCredentials {
        let environment = SharedConfigTests.environment(variables, config: config, credentials: credentials)
        return try await CredentialChain(environment: environment, profile: profile).credentials(deadline: deadline)
    }

    static let keys = [
        "AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "envsecret", "AWS_SESSION_TOKEN": "envtoken",
    ]
    static let file = """
        [default]
        aws_access_key_id = FILE
        aws_secret_access_key = filesecret
        [other]
        aws_access_key_id = OTHER
        aws_secret_access_key = othersecret
        aws_session_token = othertoken
        [half]
        aws_access_key_id = HALF
        """

    @Test func theEnvironmentComesFirst() async throws {
        let found = try await find(Self.keys, credentials: Self.file)
        #expect(found.accessKeyID == "ENV")
        #expect(found.secretAccessKey == Secret("envsecret"))
        #expect(found.sessionToken == Secret("envtoken"))
    }

    @Test func anExplicitProfilePassesTheEnvironmentOver() async throws {
        #expect(try await find(Self.keys, credentials: Self.file, profile: "other").accessKeyID == "OTHER")
        let variables = Self.keys.merging(["AWS_PROFILE": "other"]) { one, _ in one }
        #expect(try await find(variables, credentials: Self.file).accessKeyID == "ENV")
    }

    @Test func theSharedFilesComeNext() async throws {
        #expect(try await find(credentials: Self.file).accessKeyID == "FILE")
        let both = "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = s"
        #expect(try await find(config: both, credentials: Self.file).accessKeyID == "FILE")
        #expect(try await find(config: both).accessKeyID == "CONFIG")
    }

    @Test func whatWasTriedIsSaidAndWhatItHeldIsNot() async throws {
        let problem = await #expect(throws: Problem.self) {
            try await find(config: "[default]\nregion = us-east-1\n")
        }
        #expect(problem?.kind == .credentials)
        let cause = problem?.cause ?? ""
        for part in [
            "AWS_ACCESS_KEY_ID is not set", "web_identity_token_file is set", "sso_account_id",
            "~/.aws/credentials: there is no such file",
            "login_session", "credential_process", "~/.aws/config: profile default has no aws_access_key_id",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_EC2_METADATA_DISABLED",
        ] {
            #expect(cause.contains(part))
        }
        let half = await #expect(throws: Problem.self) { try await find(credentials: Self.file, profile: "half") }
        #expect(half?.location == .init(file: "/home/ada/.aws/credentials", line: 9))
        let lone = await #expect(throws: Problem.self) { try await find(["AWS_ACCESS_KEY_ID": "ENV"]) }
        #expect(lone?.summary.contains("AWS_SECRET_ACCESS_KEY is not") == true)
        let unknown = await #expect(throws: Problem.self) { try await find(credentials: Self.file, profile: "stagign") }
        #expect(unknown?.hint == "known profiles: default, half, other")
    }

    static let assumed = """
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
        <Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>rolesecret</SecretAccessKey>
        <SessionToken>a&amp;b&#x2F;c</SessionToken><Expiration>2126-01-02T04:04:05Z</Expiration></Credentials>
        </AssumeRoleResult></AssumeRoleResponse>
        """

    @Test func aRoleIsAssumedThroughItsSource() async throws {
        try await LoopbackServer.run { _ in
            .answer(status: 200, body: Array(Self.assumed.utf8))
        } _: { server in
            let config = """
                [profile ops]
                role_arn = arn:aws:iam::123456789012:role/ops
                source_profile = other
                external_id = x y
                region = us-west-2
                """
            let found = try await find(
                ["AWS_ENDPOINT_URL_STS": server.url], config: config, credentials: Self.file, profile: "ops")
            #expect(found.accessKeyID == "ASIA")
            #expect(found.sessionToken == Secret("a&b/c"))
            #expect(found.expiration == Date(timeIntervalSince1970: 4_923_000_245))
            let request = try #require(server.record.requests.first)
            #expect(
                String(decoding: request.body, as: UTF8.self)
                    == "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fops"
                    + "&RoleSessionName=taskops&ExternalId=x%20y")
            #expect(request["Authorization"]?.contains("Credential=OTHER/") == true)
            #expect(request["Authorization"]?.contains("/us-west-2/sts/") == true)
        }
    }

    @Test func rolesThatGoInCirclesAreRefused() async {
        let config = """
            [profile a]
            role_arn = arn:a
            source_profile = b
            [profile b]
            role_arn = arn:b
            source_profile = a
            """
        let problem = await #expect(throws: Problem.self) { try await find(config: config, profile: "a") }
        #expect(problem?.cause == "a → b → a")
    }

    /// Counts how often it is asked, and answers with credentials that expire when told.
    final class Counting: CredentialProvider {
        let asked = Mutex(0)
        let answer: @Sendable (Int) throws(Problem) -> AWSCredentials

        init(_ answer: @escaping @Sendable (Int) throws(Problem) -> AWSCredentials) { self.answer = answer }

        var count: Int { asked.withLock(\.self) }

        func credentials(deadline: Deadline) async throws(Problem) -> AWSCredentials {
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            await Task.yield()
            return try answer(number)
        }
    }

    final class Clock: Sendable {
        private let seconds = Mutex(0.0)
        var now: Date { Date(timeIntervalSince1970: seconds.withLock(\.self)) }
        func set(_ value: Double) { seconds.withLock { $0 = value } }
    }

    static func client(_ provider: Counting, _ clock: Clock) -> AWSClient {
        var configuration = AWSClient.Configuration(credentials: provider, region: "us-east-1")
        configuration.now = { clock.now }
        return AWSClient(configuration)
    }

    static func temporary(_ id: String, until: Double) -> AWSCredentials {
        AWSCredentials(accessKeyID: id, secretAccessKey: Secret("s"), expiration: Date(timeIntervalSince1970: until))
    }

    @Test func allWhoWaitShareOneAsking() async throws {
        let provider = Counting { _ in Self.temporary("one", until: 3600) }
        let client = Self.client(provider, Clock())
        let deadline = deadline
        let ids = await Array(0..<50).boundedMap(limit: 50) { _ in
            try? await client.credentials(deadline: deadline).accessKeyID
        }
        #expect(ids.allSatisfy { $0 == "one" })
        #expect(provider.count == 1)
    }

    @Test func newOnesAreSoughtBeforeTheOldExpireAndTheOldServeWhereNoneCome() async throws {
        let provider = Counting { number throws(Problem) in
            guard number != 2 else { throw Problem(.credentials, "the source is away") }
            return Self.temporary("number \(number)", until: number == 1 ? 3600 : 9000)
        }
        let clock = Clock()
        let client = Self.client(provider, clock)
        #expect(try await client.credentials(deadline: deadline).accessKeyID == "number 1")
        clock.set(2600)
        #expect(try await client.credentials(deadline: deadline).accessKeyID == "number 1")
        #expect(provider.count == 1)
        clock.set(3000)
        #expect(try await client.credentials(deadline: deadline).accessKeyID == "number 1")
        #expect(provider.count == 2)
        clock.set(3100)
        #expect(try await client.credentials(deadline: deadline).accessKeyID == "number 3")
    }

    @Test func aCallerWithMoreTimeOutlivesTheOneWhoAsked() async throws {
        let provider = Counting { number throws(Problem) in
            guard number > 1 else { throw Problem(.timedOut, "the first caller's time was up") }
            return Self.temporary("second", until: 3600)
        }
        let client = Self.client(provider, Clock())
        let deadline = deadline
        let ids = await Array(0..<8).boundedMap(limit: 8) { _ in
            try? await client.credentials(deadline: deadline).accessKeyID
        }
        #expect(ids.filter { $0 == nil }.count == 1)
        #expect(provider.count == 2)
    }

    @Test func credentialsOfAShortLifeAreKeptForHalfOfIt() async throws {
        let provider = Counting { number in Self.temporary("number \(number)", until: Double(number) * 900) }
        let clock = Clock()
        let client = Self.client(provider, clock)
        for second in [0.0, 100, 449] {
            clock.set(second)
            #expect(try await client.credentials(deadline: deadline).accessKeyID == "number 1")
        }
        clock.set(451)
        #expect(try await client.credentials(deadline: deadline).accessKeyID == "number 2")
    }

    @Test func expiredOnesNeverServe() async throws {
        let provider = Counting { number throws(Problem) in
            guard number == 1 else { throw Problem(.credentials, "the source is away") }
            return Self.temporary("one", until: 3600)
        }
        let clock = Clock()
        let client = Self.client(provider, clock)
        _ = try await client.credentials(deadline: deadline)
        clock.set(3601)
        await #expect(throws: Problem.self) { try await client.credentials(deadline: deadline) }
    }

    /// Answers at once the first time, and from then on when the gate opens.
    final class Gated: CredentialProvider {
        let asked = Mutex(0)
        let (gate, opener) = AsyncStream.makeStream(of: Void.self)
        let (arrivals, arrival) = AsyncStream.makeStream(of: Int.self)

        func credentials(deadline: Deadline) async throws(Problem) -> AWSCredentials {
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            arrival.yield(number)
            if number > 1 { for await _ in gate { break } }
            return CredentialTests.temporary("number \(number)", until: number == 1 ? 3600 : 9000)
        }
    }

    @Test func onlyWhoAsksWaitsUntilWaitingIsDue() async throws {
        let provider = Gated()
        let clock = Clock()
        var configuration = AWSClient.Configuration(credentials: provider, region: "us-east-1")
        configuration.now = { clock.now }
        let client = AWSClient(configuration)
        let deadline = deadline
        _ = try await client.credentials(deadline: deadline)
        clock.set(2800)
        async let first = client.credentials(deadline: deadline).accessKeyID
        for await number in provider.arrivals where number == 2 { break }
        // Thirteen minutes are left: the others go on with what is held.
        let other = try await client.credentials(deadline: deadline).accessKeyID
        #expect(other == "number 1")
        // Eight are left: everybody waits for the one asking.
        clock.set(3100)
        async let late = client.credentials(deadline: deadline).accessKeyID
        provider.opener.yield()
        let both = try await [first, late]
        #expect(both == ["number 2", "number 2"])
        #expect(provider.asked.withLock(\.self) == 2)
    }
}
