import Basics
import Database
import FoundationEssentials
import TestSupport
import Testing

@Suite("What errors must not tell")
struct SecrecyTests {
    /// Everything a program could print of an error.
    private func everything(_ error: DatabaseError) -> String {
        "\(error) \(String(reflecting: error)) \(dumped(error)) \(error.problem) \(dumped(error.problem))"
    }

    @Test("a value that the server quotes back")
    func quotedValue() async throws {
        let secret = "personal-detail-4711"
        try await withDatabaseConnection(server(), deadline: ample) { connection in
            let error = try #require(
                await databaseError { try await connection.execute("SELECT \(secret)::uuid", deadline: ample) })
            #expect(error.sqlState == "22P02")
            #expect(!everything(error).contains(secret))
            #expect(error.message.contains("****"))
        }
    }

    @Test("a key in the server's DETAIL")
    func duplicateKey() async throws {
        let id = UUID()
        try await withTable(in: server()) { connection, table in
            let insert: SQL = "INSERT INTO \(identifier: table) VALUES (\(id), \("personal-detail-4711"))"
            try await connection.execute(insert, deadline: ample)
            let error = try #require(await databaseError { try await connection.execute(insert, deadline: ample) })
            #expect(error.sqlState == "23505")
            #expect(error.detail != nil)
            #expect(!everything(error).lowercased().contains(id.uuidString.lowercased()))
            #expect(!everything(error).contains("personal-detail"))
        }
    }

    @Test("the password of a configuration")
    func configuration() async throws {
        let configuration = try await server(password: "correct-horse-battery")
        #expect(!"\(configuration) \(dumped(configuration))".contains("correct-horse"))
        let connection = try await withDatabaseConnection(server(), deadline: ample) { $0 }
        let password = try await TemporaryPostgres.shared().password.exposed
        #expect(!dumped(connection).contains(password))
        #expect(!dumped(try await TemporaryPostgres.shared()).contains(password))
    }
}
