import AWS
import Basics
import Canary
import Database
import Diagnosis
import Findings
import FoundationEssentials
import Runbooks
import Status
import TaskSystem

/// Reads what stands, follows what an event left, and names the page to read on: for `taskops diagnose`, and for a canary
/// that failed.
struct Diagnosing: Sendable {
    private let session: Session
    private let shelf: RunbookShelf?

    /// What the status page reads that says whether an event passes.
    private static let sources: Set<StatusSource> = [
        .bus, .rule, .targets, .function, .deadLetterQueue, .failureQueue, .cluster, .database,
    ]
    /// Of a Region that is looked at as another's peer.
    private static let peerSources: Set<StatusSource> = [.cluster, .database]

    init(_ session: Session, in environment: Environment) {
        self.session = session
        shelf = try? RunbookShelf.find(from: [environment.workingDirectory, environment.programDirectory])
    }

    /// - Parameters:
    ///   - regions: those to diagnose; their peers are asked what they see.
    ///   - event: nil for the newest traces there are.
    ///   - deadline: of the whole; half of it is for what stands.
    func run(_ regions: [String], event: AskedEvent?, deadline: Deadline, stop: StopSignal) async -> [RegionDiagnosis] {
        let all = session.stack.regions
        let run = StatusRun(
            stack: session.stack,
            targets: all.map { regional in
                let sources = regions.contains(regional.region) ? Self.sources : Self.peerSources
                return session.statusTarget(regional, sources: sources)
            }, schemaVersions: nil)
        let look = await run.run(deadline: .after(deadline.remaining * 0.6), stop: stop) { _ in }
        await run.close()
        let targets = zip(all, look.regions).map { regional, status in
            DiagnosisTarget(
                stack: regional, client: session.client(in: regional.region), database: database(regional, status.facts),
                facts: status.facts, rows: status.rows)
        }
        // What is asked came from this machine's clock, and traces bear AWS's, or that of whoever wrote them: nothing of them
        // is to be missed where the two differ.
        let offset = min(0, session.client(in: all[0].region).clockOffset)
        let now = Date().addingTimeInterval(offset)
        var event = event
        event?.since.addTimeInterval(offset)
        let diagnoses = await DiagnosisRun(targets).run(regions, event: event, now: now, deadline: deadline)
        return diagnoses.map(withRunbooks)
    }

    /// For a canary that failed.
    var canary: CanaryDiagnose {
        { suspicion, deadline in
            let event = suspicion.event.map {
                AskedEvent(id: $0, since: suspicion.since, isMissedByPeer: suspicion.isMissedByPeer)
            }
            return await run([suspicion.region], event: event, deadline: deadline, stop: StopSignal()).first
        }
    }

    private func database(_ regional: RegionalStack, _ facts: RegionFacts) -> Result<DatabaseConfiguration, Problem> {
        // Where a tag names the cluster, the look has found its id.
        guard let id = facts.cluster?.value.flatMap({ ClusterID(rawValue: $0.identifier) }) else {
            return .failure(facts.cluster?.problem ?? Problem(.notFound, "no cluster is known in \(regional.region)"))
        }
        return .success(session.database(regional, cluster: id, as: regional.databaseRole))
    }

    private func withRunbooks(_ diagnosis: RegionDiagnosis) -> RegionDiagnosis {
        var diagnosis = diagnosis
        for index in diagnosis.findings.indices {
            let finding = diagnosis.findings[index]
            diagnosis.findings[index].runbook = Runbook.names(finding.link, finding.code).first { name in
                shelf?.pages.contains { $0.name == name } ?? false
            }
        }
        return diagnosis
    }
}

extension Session {
    func statusTarget(
        _ regional: RegionalStack, sources: Set<StatusSource> = Set(StatusSource.allCases)
    ) -> StatusTarget {
        StatusTarget(stack: regional, client: client(in: regional.region), sources: sources) {
            database(regional, cluster: $0, as: regional.databaseRole)
        }
    }
}
