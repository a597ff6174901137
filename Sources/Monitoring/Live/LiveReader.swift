package import AWS
package import Basics
import FoundationEssentials

/// Reads what AWS has, in all Regions at once and by the largest pages there are. What cannot be read is told, and never
/// hides the rest.
package struct LiveReader: Sendable {
    package struct Target: Sendable {
        package var region: String
        package var client: AWSClient

        package init(region: String, client: AWSClient) {
            self.region = region
            self.client = client
        }
    }

    /// Those to look at.
    private let targets: [Target]
    /// Under whose Region dashboards stand, and whom they are asked of; nil looks at none.
    private let home: Target?

    package init(_ targets: [Target], home: Target?) {
        self.targets = targets
        self.home = home
    }

    package func read(
        _ request: LiveRequest, deadline: Deadline, progress: @escaping @Sendable (LiveProgress) -> Void = { _ in }
    ) async -> LiveState {
        func regional(_ target: Target) -> RegionLive {
            RegionLive(
                region: target.region, client: target.client, request: request, deadline: deadline, progress: progress)
        }
        let readers = targets.map(regional)
        let global = home.map { GlobalLive(reader: regional($0)) }
        async let wanted = global?.readWanted()
        var found = await readers.boundedMap { await $0.read() }
        if let global, let wanted = await wanted {
            // Should the tagging API ever name dashboards, it may do so in any one Region: all that was answered counts.
            var tags: [String: [String: String]] = [:]
            for answered in found.compactMap(\.tags) { tags.merge(answered) { known, _ in known } }
            found.append(await global.readOthers(wanted, tags: tags))
        }
        var state = LiveState()
        for reading in found {
            for var resource in reading.resources {
                resource.tags = (reading.tags ?? [:])[resource.arn]
                state.resources[resource.id] = resource
            }
            for var other in reading.others {
                other.tags = (reading.tags ?? [:])[other.arn]
                state.others.append(other)
            }
            state.unreadable += reading.unreadable
        }
        await confirmTags(of: &state, request, with: readers + (home.map { [regional($0)] } ?? []))
        return state
    }

    /// Asks each service itself about what is wanted and, by the index, nobody's: before something is called a
    /// stranger's, its own service says so. A run that has nothing to do asks nothing here.
    private func confirmTags(of state: inout LiveState, _ request: LiveRequest, with readers: [RegionLive]) async {
        let byRegion = Dictionary(readers.map { ($0.region, $0) }) { first, _ in first }
        var doubtful: [LiveResource] = []
        for resource in state.resources.values where resource.tags == nil && byRegion[resource.id.region] != nil {
            guard !state.isUnreadable(.tags, in: resource.id.region, name: resource.id.name) else { continue }
            if await request.wantsTags(resource) { doubtful.append(resource) }
        }
        doubtful.sort { $0.id < $1.id }
        let answers = await doubtful.boundedMap(limit: 8) { resource in
            guard let reader = byRegion[resource.id.region] else { return RegionLive.Attempt<[String: String]>.success([:]) }
            return await reader.attempt(.tags, resource.id.name) { () throws(AWSError) in try await reader.tags(of: resource) }
        }
        for (resource, answer) in zip(doubtful, answers) {
            switch answer {
            case .success(let tags): state.resources[resource.id]?.tags = tags
            case .failure(let unreadable): state.unreadable.append(unreadable)
            }
        }
    }
}

/// A dashboard's body, which is JSON as text.
package enum DashboardText {
    /// What is no JSON stays text: it differs from every body there is.
    package static func tree(_ text: String) -> JSONTree { (try? AWSJSON.tree(Data(text.utf8))) ?? .string(text) }
}
