package import Basics

/// What there is to choose from: buses, and the rules on one of them.
extension EventBridge {
    package struct ListEventBusesInput: Sendable, Hashable, Codable {
        package var namePrefix: String?
        package var nextToken: String?
        package var limit: Int?

        package init(namePrefix: String? = nil, nextToken: String? = nil, limit: Int? = nil) {
            self.namePrefix = namePrefix
            self.nextToken = nextToken
            self.limit = limit
        }

        enum CodingKeys: String, CodingKey {
            case namePrefix = "NamePrefix"
            case nextToken = "NextToken"
            case limit = "Limit"
        }
    }

    package struct ListEventBusesOutput: Sendable, Hashable, Codable {
        package var eventBuses: [EventBus]?
        package var nextToken: String?

        enum CodingKeys: String, CodingKey {
            case eventBuses = "EventBuses"
            case nextToken = "NextToken"
        }
    }

    /// One page.
    package func listEventBuses(
        _ input: ListEventBusesInput = .init(), deadline: Deadline
    ) async throws(AWSError) -> ListEventBusesOutput {
        try await client.call(.json(.eventBridge, "ListEventBuses", input), in: region, deadline: deadline)
    }

    /// All pages.
    package func allEventBuses(deadline: Deadline) async throws(AWSError) -> [EventBus] {
        var found: [EventBus] = []
        var input = ListEventBusesInput(limit: 100)
        repeat {
            let page = try await listEventBuses(input, deadline: deadline)
            found += page.eventBuses ?? []
            input.nextToken = page.nextToken
        } while input.nextToken != nil
        return found
    }

    package struct ListRulesInput: Sendable, Hashable, Codable {
        package var namePrefix: String?
        /// Nil is the default bus.
        package var eventBusName: String?
        package var nextToken: String?
        package var limit: Int?

        package init(
            namePrefix: String? = nil, eventBusName: String?, nextToken: String? = nil, limit: Int? = nil
        ) {
            self.namePrefix = namePrefix
            self.eventBusName = eventBusName
            self.nextToken = nextToken
            self.limit = limit
        }

        enum CodingKeys: String, CodingKey {
            case namePrefix = "NamePrefix"
            case eventBusName = "EventBusName"
            case nextToken = "NextToken"
            case limit = "Limit"
        }
    }

    package struct ListRulesOutput: Sendable, Hashable, Codable {
        package var rules: [Rule]?
        package var nextToken: String?

        enum CodingKeys: String, CodingKey {
            case rules = "Rules"
            case nextToken = "NextToken"
        }
    }

    /// One page.
    package func listRules(_ input: ListRulesInput, deadline: Deadline) async throws(AWSError) -> ListRulesOutput {
        try await client.call(.json(.eventBridge, "ListRules", input), in: region, deadline: deadline)
    }

    /// All pages.
    package func allRules(onBus bus: String, deadline: Deadline) async throws(AWSError) -> [Rule] {
        var found: [Rule] = []
        var input = ListRulesInput(eventBusName: bus, limit: 100)
        repeat {
            let page = try await listRules(input, deadline: deadline)
            found += page.rules ?? []
            input.nextToken = page.nextToken
        } while input.nextToken != nil
        return found
    }

    // MARK: ListTargetsByRule
}
