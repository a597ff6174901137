import AWS
import Basics
import Database
import Findings
import FoundationEssentials
import TaskSystem

/// The cluster, the database behind its endpoint, and the Region's metrics: all that needs the cluster's id.
extension RegionReader {
    struct Data: Sendable {
        /// Nil where it could not be found.
        var id: ClusterID?
        var cluster: Reading<ClusterFacts>
        var database: DatabaseLook
        var metrics: Reading<MetricReading>
    }

    struct DatabaseLook: Sendable {
        var reading: Reading<DatabaseFacts>
        /// How far a failed attempt came.
        var phase: String?
        /// What the server answered then, if it did.
        var sqlState: String?
        var connections = 0
    }

    func clusterDatabaseAndMetrics(_ watch: SourceWatch) async -> Data {
        // Half the time: a search by tag that hangs must not take the metrics of all else with it.
        let id = await Result.of { try await memory.cluster(deadline: .after(deadline.remaining / 2)) }
        async let cluster = read(.cluster, watch) { try await self.cluster(id.get()) }
        async let database = self.database(id, watch)
        async let metrics = read(.metrics, watch) { () async throws -> MetricReading in
            guard target.sources.contains(.metrics) else { throw Problem(.cancelled, "nobody asked for the metrics") }
            return try await self.metrics(try? id.get())
        }
        let data = await Data(id: try? id.get(), cluster: cluster, database: database, metrics: metrics)
        if data.cluster.problem?.kind == .notFound { await memory.forgetCluster() }
        return data
    }

    private func cluster(_ id: ClusterID) async throws(AWSError) -> ClusterFacts {
        ClusterFacts(try await target.client.dsql(region).getCluster(identifier: id.rawValue, deadline: deadline))
    }

    private func metrics(_ cluster: ClusterID?) async throws(AWSError) -> MetricReading {
        let queries = MetricQueries(stack, cluster: cluster)
        let now = target.client.configuration.now().addingTimeInterval(target.client.clockOffset)
        let hour = MetricHour(endingBefore: now)
        let answer = try await target.client.cloudWatch(region).allMetricData(queries.input(over: hour), deadline: deadline)
        return queries.reading(answer, over: hour, now: now)
    }

    // MARK: The database

    private func database(_ id: Result<ClusterID, Problem>, _ watch: SourceWatch) async -> DatabaseLook {
        let begin = ContinuousClock.now
        var look = DatabaseLook(reading: .failed(Problem(.defect, "the database was not asked")))
        look.reading = await read(.database, watch) {
            let connections = await memory.database(of: try id.get())
            do {
                return try await connections.withConnection(deadline: deadline) { connection in
                    if connection.openedAt >= begin { look.connections = 1 }
                    var facts = try await ask(connection)
                    facts.ms = (ContinuousClock.now - begin).milliseconds.rounded()
                    return facts
                }
            } catch let error as DatabaseError {
                look.phase = error.phase.rawValue
                look.sqlState = error.sqlState
                throw error
            }
        }
        return look
    }

    /// All in one statement, so that it takes one round trip. A table that is missing, or that the role may not read,
    /// fails the whole of it; then each is asked for by itself, to say which one it was.
    private func ask(_ connection: DatabaseConnection) async throws -> DatabaseFacts {
        var facts = DatabaseFacts(host: connection.configuration.host, user: connection.configuration.user, ms: 0)
        do {
            let rows = try await connection.query(
                """
                SELECT leftover.number, schema_version.version
                FROM (\(leftover)) AS leftover LEFT JOIN schema_version ON true ORDER BY schema_version.version
                """, deadline: deadline)
            facts.canaryRowsLeftBehind = try rows.first?["number", as: Int.self]
            facts.schemaVersions = try rows.compactMap { try $0["version", as: Int?.self] }
        } catch let error as DatabaseError where error.cause == .server && error.outcome == .notKept {
            try await askOneByOne(connection, &facts)
        }
        return facts
    }

    private func askOneByOne(_ connection: DatabaseConnection, _ facts: inout DatabaseFacts) async throws {
        _ = try await connection.query("SELECT 1", deadline: deadline)
        do {
            let rows = try await connection.query("SELECT version FROM schema_version ORDER BY version", deadline: deadline)
            facts.schemaVersions = try rows.map { try $0["version", as: Int.self] }
        } catch let error as DatabaseError where error.cause == .server {
            facts.schemaProblem = error.problem
        }
        do {
            facts.canaryRowsLeftBehind = try await connection.query(leftover, deadline: deadline).first?["number", as: Int.self]
        } catch let error as DatabaseError where error.cause == .server {
            facts.canaryProblem = error.problem
        }
    }

    private var leftover: SQL {
        let age = Int(CanaryMark.leftoverAge.components.seconds)
        return """
            SELECT count(*) AS number FROM (
                SELECT 1 FROM tasks WHERE created_by = \(mark.author)
                AND created_at < now() - make_interval(secs => \(age)::integer) LIMIT \(DatabaseFacts.canaryRowLimit)::integer
            ) AS old
            """
    }
}
