import AWS
import Basics
import Configuration
import FoundationEssentials
import Monitoring
import Sandbox
import TaskSystem
import Terminal
import Views

/// What the commands need that hold monitoring files against AWS: the files, filled in for the account, and whom to ask.
struct MonitoringWork: Sendable {
    let session: Session
    private let root: MonitoringRoot
    /// What the files want in the Regions asked for, a stand-in where they name the account.
    private let draft: DesiredState
    private let deadline: Deadline
    /// How much `taskops validate` finds that is no obstacle.
    let remarks: Int

    /// A look that somebody waits for, and that is over in a second or two, may take all that AWS grants in them; should
    /// others take of it too, AWS says so and the client slows down.
    static let quotaShare = 1.0

    /// - Parameter quotaShare: nil for what runs long.
    init(
        _ options: GlobalOptions, timeout: Duration, in environment: Environment, quotaShare: Double? = Self.quotaShare
    ) async throws {
        deadline = .after(timeout)
        session = try Session(options, in: environment, quotaShare: quotaShare)
        // Files first, and all that can be said of them without asking: who mends one does not want to wait for an answer,
        // and what AWS would refuse half-way through is better known before.
        let root = try MonitoringRoot.find(options, in: environment)
        let regions = session.regions.map(\.region)
        let (report, desired) = try ValidationReport.read(
            root: root.path, shownAs: root.shownAs, stack: session.stack, regions: Set(regions))
        guard report.obstacles.isEmpty else { throw Problems(report.obstacles) }
        remarks = report.findings.count
        self.root = root
        draft = Self.within(regions, desired)
    }

    func plan(_ options: Planner.Options, _ console: Console) async throws -> Plan {
        if remarks > 0 { console.say(ValidateView.remarks(remarks)) }
        // Whose account it is, and what is live in it, are asked for at the same time.
        let asking = Task { try await identified() }
        defer { asking.cancel() }
        let exact = Task { LiveRequest(for: try await asking.value.desired, adopting: options.adopts) }
        var request = LiveRequest(for: draft)
        request.asksForTags = { await (try? exact.value)?.wantsTags($0) ?? false }
        async let first = read(request, console)
        let (desired, account) = try await asking.value
        let wanted = try await exact.value
        var live = await first
        // A name that has the account in it.
        if !wanted.reads(asMuchAs: request) { live = await read(wanted, console) }
        let planner = Planner(desired: desired, live: live, options: options)
        if let name = planner.unknownNames.first {
            let near = closestMatch(to: name, among: desired.resources.map(\.id.name)).map { "did you mean \($0)?" }
            throw Problem(
                .usage, "nothing is called \(name), in the files or in AWS", hint: near ?? "all of it: taskops plan")
        }
        return planner.plan(account: account)
    }

    private func read(_ request: LiveRequest, _ console: Console) async -> LiveState {
        await console.withProgress { line in
            let progress = LiveProgressLine(line)
            return await reader.read(request, deadline: deadline) { progress.add($0) }
        }
    }

    private func identified() async throws -> (desired: DesiredState, account: String) {
        let (variables, account) = try await Self.variables(session, deadline: deadline)
        let files = try MonitoringFolder.read(
            root: root.path, shownAs: root.shownAs, variables: variables, stack: session.stack)
        return (Self.within(session.regions.map(\.region), files.desired), account)
    }

    var reader: LiveReader { Self.reader(session) }

    static func reader(_ session: Session) -> LiveReader {
        let targets = session.regions.map { LiveReader.Target(region: $0.region, client: session.client(in: $0.region)) }
        let home = session.stack.regions.first?.region
        return LiveReader(targets, home: targets.first { $0.region == home })
    }

    /// Dashboards stand under the stack's first Region: they are looked at when that one is.
    private static func within(_ regions: [String], _ desired: DesiredState) -> DesiredState {
        var chosen = desired
        chosen.regions = regions
        chosen.resources.removeAll { !regions.contains($0.id.region) }
        return chosen
    }

    /// What stands for what in the stack's files, and whose account it is.
    static func variables(
        _ session: Session, deadline: Deadline
    ) async throws -> (variables: MonitoringVariables, account: String) {
        guard let first = session.regions.first else { throw Problem(.configuration, "the stack has no Region") }
        let account = try await session.client(in: first.region).sts(first.region)
            .getCallerIdentity(deadline: deadline).account
        let variables = try MonitoringVariables(
            stack: session.stack, account: account, clusters: try await clusters(session, deadline: deadline))
        return (variables, account)
    }

    private static func clusters(_ session: Session, deadline: Deadline) async throws -> [String: String] {
        var found: [String: String] = [:]
        for regional in session.stack.regions {
            guard case .tag = regional.cluster else { continue }
            found[regional.region] = try await ClusterLookup.id(
                of: regional, client: session.client(in: regional.region), deadline: deadline
            ).rawValue
        }
        return found
    }
}
