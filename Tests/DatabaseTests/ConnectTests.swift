import Basics
import Database
import FoundationEssentials
import Synchronization
import TestSupport
import Testing

@Suite("Connections that cannot be made say at which step")
struct ConnectTests {
    private func failure(_ configuration: DatabaseConfiguration, deadline: Deadline = ample) async -> DatabaseError? {
        await databaseError { try await withDatabaseConnection(configuration, deadline: deadline) { _ in } }
    }

    @Test("a wrong password is a matter of credentials, with its SQLSTATE and without the password")
    func wrongPassword() async throws {
        let error = try #require(await failure(try server(password: "correct-horse-battery")))
        #expect(error.phase == .authenticate)
        #expect(error.sqlState == "28P01")
        #expect(error.severity == "FATAL")
        #expect(error.kind == .credentials)
        #expect(!"\(error) \(dumped(error))".contains("correct-horse"))
        let sentence = """
            postgres.test refused the login as postgres: password authentication failed for user "postgres" \
            (SQLSTATE 28P01); check that the credentials are current and may connect as postgres
            """
        #expect(error.problem.description == sentence)
    }

    @Test("a database that is not there")
    func unknownDatabase() async throws {
        var configuration = try await server()
        configuration.database = "nowhere"
        let error = try #require(await failure(configuration))
        #expect(error.phase == .authenticate)
        #expect(error.sqlState == "3D000")
        #expect(error.kind == .notFound)
    }

    @Test("nobody listens")
    func refused() async throws {
        let silent = try Listener()
        let port = silent.port
        silent.close()
        let error = try #require(await failure(try server(port: port)))
        #expect(error.phase == .connect)
        #expect(error.kind == .unreachable)
        #expect(error.message == "Connection refused")
    }

    @Test("the certificate carries another name")
    func wrongName() async throws {
        let error = try #require(await failure(try server(host: "other.example")))
        #expect(error.phase == .tls)
        #expect(error.kind == .unreachable)
        #expect(error.problem.description.contains("TLS with other.example failed"))
    }

    @Test("a wildcard certificate covers a cluster's endpoint")
    func clusterName() async throws {
        let configuration = try await server(host: "abc0def1baz2quux3quuux4abc.dsql.us-east-1.on.aws")
        try await withDatabaseConnection(configuration, deadline: ample) { connection in
            let inUse = try await connection.query(
                "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()", deadline: ample)
            #expect(try inUse[0]["ssl", as: Bool.self])
        }
    }

    @Test("an authority that did not sign the certificate")
    func wrongAuthority() async throws {
        let bundle = try #require(CertificateBundles.system, "this machine has no bundle of authorities")
        let error = try #require(await failure(try server(sslRootCert: bundle)))
        #expect(error.phase == .tls)
        #expect(error.kind == .unreachable)
    }

    @Test("a file of authorities that is not there is a matter of configuration")
    func missingAuthorities() async throws {
        let configuration = try await server(sslRootCert: "/nowhere/ca.pem")
        let problem = await #expect(throws: Problem.self) {
            try await withDatabaseConnection(configuration, deadline: ample) { _ in }
        }
        #expect(problem?.kind == .configuration)
        #expect(problem?.summary.contains("/nowhere/ca.pem") == true)
    }

    @Test("a name that does not exist")
    func unknownName() async throws {
        var configuration = try await server()
        configuration.host = "taskops.invalid"
        configuration.hostaddr = nil
        let error = try #require(await failure(configuration))
        #expect(error.phase == .resolve)
        #expect(error.kind == .unreachable)
    }

    @Test("a name is looked up, and the certificate is checked against it")
    func lookedUp() async throws {
        var configuration = try await server()
        configuration.host = "localhost"
        configuration.hostaddr = nil
        try await withDatabaseConnection(configuration, deadline: ample) { connection in
            #expect(await connection.isOpen)
        }
    }

    @Test("a server that accepts and never says a word: the connect time-out ends it")
    func silent() async throws {
        let silent = try Listener()
        defer { silent.close() }
        let error = try #require(await failure(try server(port: silent.port, connectTimeout: .seconds(1))))
        #expect(error.phase == .tls)
        #expect(error.kind == .timedOut)
        #expect(error.problem.summary == "postgres.test did not complete TLS within 1 s")
    }

    @Test("the command's deadline is shorter than the connect time-out")
    func deadline() async throws {
        let silent = try Listener()
        defer { silent.close() }
        let error = try #require(await failure(try server(port: silent.port), deadline: .after(.milliseconds(100))))
        #expect(error.kind == .timedOut)
    }

    @Test("a server without TLS is refused, whatever it offers")
    func plainText() async throws {
        let plain = try Listener()
        defer { plain.close() }
        plain.answerOnce([UInt8(ascii: "N")])
        let error = try #require(await failure(try server(port: plain.port)))
        #expect(error.phase == .tls)
        #expect(error.kind == .unreachable)
    }

    @Test("cancelling while connecting ends it at once")
    func cancelled() async throws {
        let silent = try Listener()
        defer { silent.close() }
        let configuration = try await server(port: silent.port)
        let task = Task { await databaseError { try await withDatabaseConnection(configuration, deadline: ample) { _ in } } }
        // The request for TLS has arrived, so the client now waits for the answer.
        await silent.acceptAndReadOne()
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
    }

    @Test("the password is asked anew for each connection, after the address is known")
    func passwordPerConnection() async throws {
        let asked = Counter()
        var configuration = try await server()
        let password = configuration.password
        configuration.password = { deadline in
            asked.increment()
            return try await password(deadline)
        }
        for _ in 0..<2 { try await withDatabaseConnection(configuration, deadline: ample) { _ in } }
        #expect(asked.value == 2)
        configuration.password = { _ in throw Problem(.credentials, "no credentials were found") }
        let refusing = configuration
        await #expect(throws: Problem(.credentials, "no credentials were found")) {
            try await withDatabaseConnection(refusing, deadline: ample) { _ in }
        }
    }

    @Test(
        "a refused login is repeated once where the password can be made better, and whoever watches hears of both",
        arguments: [
            (isBetter: true, isRepeated: true, told: ["28P01", nil]),
            (isBetter: false, isRepeated: true, told: ["28P01", "28P01"]),
            (isBetter: true, isRepeated: false, told: ["28P01"]),
        ] as [(Bool, Bool, [String?])])
    func repeatedLogin(isBetter: Bool, isRepeated: Bool, told: [String?]) async throws {
        let right = try await server()
        var configuration = right
        let heard = Mutex((asked: 0, events: [ConnectionEvent]()))
        configuration.password = { deadline in
            let isFirst = heard.withLock { $0.asked == 0 }
            return isFirst || !isBetter ? Secret("correct-horse-battery") : try await right.password(deadline)
        }
        configuration.isLoginWorthRepeating = { _ in
            heard.withLock { $0.asked += 1 }
            return isRepeated
        }
        configuration.observer = { event in heard.withLock { $0.events.append(event) } }
        let error = await failure(configuration)
        #expect(error?.sqlState == (told.last ?? nil))
        #expect(heard.withLock(\.asked) == 1)
        let events = heard.withLock(\.events)
        #expect(events.map { $0.failure?.sqlState } == told)
        #expect(events.allSatisfy { $0.user == "postgres" && $0.host == "postgres.test" })
        #expect(!"\(events) \(dumped(events))".contains("correct-horse"))
    }

    @Test("nobody is asked for another password where the server was never reached, or knows no such database")
    func notRepeated() async throws {
        var elsewhere = try await server()
        elsewhere.database = "nowhere"
        for var configuration in [try await server(host: "other.example"), elsewhere] {
            configuration.isLoginWorthRepeating = { _ in
                Issue.record("it was asked")
                return true
            }
            #expect(await failure(configuration) != nil)
        }
    }
}
