import AWS
import Basics
import FoundationEssentials

/// Dashboards, which are in no Region.
struct GlobalLive: Sendable {
    let reader: RegionLive

    fileprivate struct Entry: Sendable {
        var id: ResourceID
        var arn: String
        var modified: Date?
    }

    /// What files want, and what is there besides.
    struct Wanted: Sendable {
        fileprivate var found = RegionLive.Found()
        fileprivate var rest: [Entry] = []
    }

    /// Lists them all, and reads the bodies that files want: a call each.
    func readWanted() async -> Wanted {
        var wanted = Wanted()
        switch await reader.attempt(.dashboards, nil, { () throws(AWSError) in try await list() }) {
        case .failure(let unreadable): wanted.found.unreadable.append(unreadable)
        case .success(let entries):
            let kept = entries.filter { reader.request.keeps($0.id) }
            wanted.rest = entries.filter { !reader.request.keeps($0.id) }
            for (entry, body) in zip(kept, await bodies(of: kept)) {
                switch body {
                case .failure(let unreadable): wanted.found.unreadable.append(unreadable)
                case .success(let body):
                    wanted.found.resources.append(
                        LiveResource(id: entry.id, fields: body, arn: entry.arn, updated: entry.modified))
                }
            }
        }
        return wanted
    }

    /// Whose the others are, and of the stack's own what they hold.
    ///
    /// - Parameter tags: what the Regions' own reading of tags brought. The list of what the tagging API covers does not
    ///   name dashboards: those that no file wants are asked about one by one, or nobody would see that a file of the
    ///   stack's is gone.
    func readOthers(_ wanted: Wanted, tags: [String: [String: String]]) async -> RegionLive.Found {
        var found = wanted.found
        found.tags = tags
        let unknown = wanted.rest.filter { tags[$0.arn] == nil }
        let answers = await unknown.boundedMap(limit: 8) { entry in
            await reader.attempt(.tags, entry.id.name) { () throws(AWSError) in try await reader.tags(ofDashboard: entry.arn) }
        }
        for (entry, answer) in zip(unknown, answers) {
            switch answer {
            case .success(let tags) where tags[DesiredState.tagKey] != nil: found.tags?[entry.arn] = tags
            case .success: break
            case .failure(let unreadable): found.unreadable.append(unreadable)
            }
        }
        let known = found.tags ?? [:]
        let own = wanted.rest.filter { known[$0.arn]?[DesiredState.tagKey] == reader.request.stack }
        for (entry, body) in zip(own, await bodies(of: own)) {
            switch body {
            case .failure(let unreadable): found.unreadable.append(unreadable)
            case .success(let body):
                let fields = Fingerprint.of(normalised: Normaliser.fields(body, of: .dashboard))
                found.others.append(LiveState.Other(id: entry.id, arn: entry.arn, fields: fields))
            }
        }
        let strangers = wanted.rest.filter { entry in !own.contains { $0.id == entry.id } }
        found.others += strangers.map { LiveState.Other(id: $0.id, arn: $0.arn, fields: nil) }
        return found
    }

    private func list() async throws(AWSError) -> [Entry] {
        var found: [Entry] = []
        var input = CloudWatch.ListDashboardsInput()
        repeat {
            let page = try await reader.client.cloudWatch(reader.region).listDashboards(input, deadline: reader.deadline)
            for entry in page.dashboardEntries ?? [] {
                guard let name = entry.dashboardName, let arn = entry.dashboardARN else { continue }
                found.append(
                    Entry(id: ResourceID(.dashboard, name, region: reader.region), arn: arn, modified: entry.lastModified))
            }
            reader.progress(
                LiveProgress(region: reader.region, part: .dashboards, count: page.dashboardEntries?.count ?? 0))
            input.nextToken = page.nextToken
        } while input.nextToken != nil
        return found
    }

    private func bodies(of entries: [Entry]) async -> [RegionLive.Attempt<JSONTree>] {
        await entries.boundedMap { entry in
            await reader.attempt(.dashboards, entry.id.name) { () throws(AWSError) in
                let answer = try await reader.client.cloudWatch(reader.region)
                    .getDashboard(.init(dashboardName: entry.id.name), deadline: reader.deadline)
                return DashboardText.tree(answer.dashboardBody ?? "")
            }
        }
    }
}
