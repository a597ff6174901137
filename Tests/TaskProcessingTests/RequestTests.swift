import Basics
import Database
import FoundationEssentials
import TaskProcessing
import TaskSystem
import Testing

@Suite struct RequestTests {
    /// A task as `GET` answers it.
    private struct Record: Decodable, Hashable {
        var id: String
        var title: String
        var description: String?
        var status: String
        var priority: String
        var createdBy: String
        var createdAt: String
        var updatedAt: String
        var projectId: Int?
        var dueDate: String?
        var completedAt: String?
    }

    private struct Page: Decodable {
        var tasks: [Record]
        var nextCursor: String?
    }

    private struct Changed: Decodable {
        var id: String
        var changed: [String]
    }

    @Test func aTaskIsMadeReadAndChanged() async throws {
        let function = Harness(try await .fresh())
        let requestID = UUID()
        let body = #"{"title":"t","created_by":"ana","project_id":7,"due_date":"2026-11-30T17:00:00.25Z"}"#
        let made = try await function.ask("POST", "/tasks", body: body, requestID: requestID)
        #expect(made.statusCode == 201 && made.headers["Location"] == "/tasks/\(requestID.lowercased)")
        #expect(made.headers["Content-Type"] == "application/json" && !made.isBase64Encoded)
        #expect(try made.decode([String: String].self) == ["id": requestID.lowercased])

        let shown = try await function.ask("GET", "/tasks/\(requestID.lowercased)")
        let record = try shown.decode(Record.self)
        #expect(shown.statusCode == 200 && record.title == "t" && record.status == "pending" && record.projectId == 7)
        #expect(record.dueDate == "2026-11-30T17:00:00.25Z")
        #expect(shown.body.contains(#""completed_at":null"#))

        let changed = try await function.ask(
            "PUT", "/tasks/\(requestID.uuidString)",
            body: #"{"title":"u","status":"completed","priority":"medium","updated_by":"ben"}"#)
        #expect(changed.statusCode == 200)
        #expect(try changed.decode(Changed.self).changed == ["title", "status"])
        let log = try await function.database.query(
            "SELECT field_name, old_value, updated_by FROM task_updates ORDER BY field_name")
        #expect(try log.map { try $0["old_value", as: String.self] } == ["pending", "t"])
        #expect(try log.map { try $0["updated_by", as: String.self] } == ["ben", "ben"])
        #expect(try await function.ask("GET", "/tasks/\(requestID)").decode(Record.self).completedAt != nil)
        #expect(function.bus.all.map(\.eventType) == ["task.created", "task.updated"])
        #expect(function.bus.all.map(\.taskId) == [requestID.lowercased, requestID.lowercased])
    }

    @Test func anInvocationTriedAgainWritesOnce() async throws {
        let function = Harness(try await .fresh())
        let (postID, putID) = (UUID(), UUID())
        for _ in 0..<2 {
            let made = try await function.ask("POST", "/tasks", body: #"{"title":"t","created_by":"ana"}"#, requestID: postID)
            #expect(made.statusCode == 201)
        }
        for _ in 0..<2 {
            #expect(
                try await function.ask("PUT", "/tasks/\(postID)", body: #"{"title":"u"}"#, requestID: putID).statusCode == 200)
        }
        #expect(try await function.database.count("tasks") == 1)
        #expect(try await function.database.count("task_updates") == 1)
        #expect(function.bus.all.count == 2)
    }

    @Test func pagesHoldEachTaskOnceNewestFirst() async throws {
        let function = Harness(try await .fresh())
        // Many at the same microsecond, so that only the id tells them apart.
        _ = try await function.database.query(
            """
            INSERT INTO tasks (title, created_by, created_at)
            SELECT n::text, 'ana', timestamptz '2026-11-21 02:35:45.123456+00' + (n / 10) * interval '1 microsecond'
            FROM generate_series(0, 119) AS n
            """)
        var seen: [Record] = []
        var cursor: String?
        var sizes: [Int] = []
        repeat {
            var query = ["limit": "37"]
            query["cursor"] = cursor
            let answer = try await function.ask("GET", "/tasks", query: query)
            #expect(answer.statusCode == 200)
            let page = try answer.decode(Page.self)
            seen += page.tasks
            sizes.append(page.tasks.count)
            cursor = page.nextCursor
            // A newer task in between must not move the ones that are still to come.
            _ = try await function.ask("POST", "/tasks", body: #"{"title":"new","created_by":"ana"}"#)
        } while cursor != nil && sizes.count < 10
        #expect(sizes == [37, 37, 37, 9])
        #expect(Set(seen.map(\.title)).count == 120 && Set(seen.map(\.id)).count == 120)
        let keys = try seen.map { (try #require(Timestamp(iso8601: $0.createdAt)), $0.id) }
        let isOrdered = zip(keys, keys.dropFirst()).allSatisfy { $0 > $1 }
        #expect(isOrdered)
        #expect(seen.first?.createdAt == "2026-11-21T02:35:45.123467Z")

        let whole = try await function.ask("GET", "/tasks").decode(Page.self)
        #expect(whole.tasks.count == 50 && whole.nextCursor != nil && whole.tasks[0].title == "new")
        let exact = try await function.ask("GET", "/tasks", query: ["limit": "100"]).decode(Page.self)
        #expect(exact.tasks.count == 100 && exact.nextCursor != nil)
    }

    @Test func theLastPageOfAnExactNumberHasNoNext() async throws {
        let function = Harness(try await .fresh())
        let empty = try await function.ask("GET", "/tasks")
        #expect(empty.body == #"{"nextCursor":null,"tasks":[]}"#)
        for _ in 0..<2 { _ = try await function.ask("POST", "/tasks", body: #"{"title":"t","created_by":"ana"}"#) }
        let page = try await function.ask("GET", "/tasks/", query: ["limit": "2"]).decode(Page.self)
        #expect(page.tasks.count == 2 && page.nextCursor == nil)
    }

    @Test func aPageTooLargeForLambdaIsCutAndGoesOn() async throws {
        let function = Harness(try await .fresh())
        _ = try await function.database.query(
            "INSERT INTO tasks (title, created_by, description) SELECT n::text, 'ana', repeat('\"', 900000) FROM generate_series(1, 6) AS n"
        )
        var titles: Set<String> = []
        var cursor: String?
        for _ in 0..<6 {
            let answer = try await function.ask("GET", "/tasks", query: cursor.map { ["cursor": $0] })
            #expect(answer.body.utf8.count < 2_900_000)
            let page = try answer.decode(Page.self)
            titles.formUnion(page.tasks.map(\.title))
            cursor = page.nextCursor
            if cursor == nil { break }
        }
        #expect(titles.count == 6 && cursor == nil)
    }

    @Test(arguments: [
        ("POST", #"{"created_by":"a"}"#, "title"),
        ("POST", #"{"title":"t"}"#, "created_by"),
        ("POST", #"{"title":"t","created_by":"a","titel":"u"}"#, "titel"),
        ("POST", #"{"title":7,"created_by":"a"}"#, "title"),
        ("POST", #"{"title":"t","created_by":"a","due_date":"soon"}"#, "due_date"),
        ("POST", #"{"title":"t","created_by":"a","project_id":1.5}"#, "project_id"),
        ("POST", "not json", "the body"),
        ("POST", "", "the body"),
        ("PUT", #"{"id":"x"}"#, "id"),
        ("PUT", #"{"created_by":"x"}"#, "created_by"),
        ("PUT", #"{"title":null}"#, "title"),
        ("PUT", #"{"status":""}"#, "status"),
        ("PUT", #"{"title = 'x' --":"y"}"#, "title = 'x' --"),
        ("PUT", "{\"priority\":\"\(String(repeating: "x", count: 21))\"}", "priority"),
        ("PUT", "{}", "updates"),
        ("PUT", #"{"updated_by":"me"}"#, "updates"),
    ])
    func whatIsWrongWithABodyIsNamed(method: String, body: String, field: String) async throws {
        let function = Harness(try await Self.database())
        let path = method == "POST" ? "/tasks" : "/tasks/\(UUID())"
        let answer = try await function.ask(method, path, body: body)
        #expect(answer.statusCode == 400)
        #expect(answer.error?.hasPrefix(field + " ") == true, "\(answer.body)")
    }

    @Test(arguments: [
        ("GET", "/tasks/0c9c2d3e-1111-4222-8333-444455556666", 404), ("GET", "/tasks/17", 404), ("GET", "/", 404),
        ("GET", "/users", 404),
        ("GET", "/tasks/a/b", 404), ("PUT", "/tasks/17", 404), ("PUT", "/tasks/0c9c2d3e-1111-4222-8333-444455556666", 404),
        ("DELETE", "/tasks", 405), ("PUT", "/tasks", 405), ("DELETE", "/tasks/0c9c2d3e-1111-4222-8333-444455556666", 405),
    ])
    func whatIsNotThereIsSaid(method: String, path: String, status: Int) async throws {
        let function = Harness(try await Self.database())
        let answer = try await function.ask(method, path, body: #"{"title":"t"}"#)
        #expect(answer.statusCode == status && answer.error != nil)
        #expect((answer.headers["Allow"] != nil) == (status == 405))
        #expect(try await function.database.count("processed_events") == 0)
    }

    @Test(arguments: [
        ["limit": "0"], ["limit": "101"], ["limit": "x"], ["limit": ""], ["cursor": "x"], ["cursor": "MjAyNg"],
        // A cursor with SQL where the time should stand.
        ["cursor": "JzsgRFJPUCBUQUJMRSB0YXNrczsgLS0sMGM5YzJkM2UtMTExMS00MjIyLTgzMzMtNDQ0NDU1NTU2NjY2"],
    ])
    func aQueryThatMeansNothingIsRefused(query: [String: String]) async throws {
        let answer = try await Harness(try await Self.database()).ask("GET", "/tasks", query: query)
        #expect(answer.statusCode == 400 && answer.error?.hasPrefix(query.keys.first ?? "?") == true)
    }

    @Test func aBodyInBase64IsRead() async throws {
        let function = Harness(try await .fresh())
        let body = Data(#"{"title":"t","created_by":"ana"}"#.utf8).base64EncodedString()
        #expect(try await function.ask("POST", "/tasks", body: body, base64: true).statusCode == 201)
        #expect(try await function.ask("POST", "/tasks", body: "%%%", base64: true).statusCode == 400)
        #expect(try await function.database.count("tasks") == 1)
    }

    /// Nothing is written by those who use it, so they share one.
    private static func database() async throws -> TaskDatabase { try await shared.value }
    private static let shared = Task { try await TaskDatabase.fresh() }
}
