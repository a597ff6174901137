/// What the files describe. The order is that in which things are made: what others refer to comes first.
package enum ResourceKind: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    case logGroup = "log group"
    case metricAlarm = "alarm"
    /// Its rule names other alarms, so it is made after them and deleted before them.
    case compositeAlarm = "composite alarm"
    case dashboard

    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// The member that holds the name, in AWS's own words.
    package var nameField: String {
        switch self {
        case .logGroup: "logGroupName"
        case .metricAlarm, .compositeAlarm: "AlarmName"
        case .dashboard: "DashboardName"
        }
    }

    /// The folder whose files describe such things.
    package var folder: String {
        switch self {
        case .logGroup: "log-groups"
        case .metricAlarm, .compositeAlarm: "alarms"
        case .dashboard: "dashboards"
        }
    }
}

/// One thing in one Region. Nothing else tells two things apart.
package struct ResourceID: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
    package var kind: ResourceKind
    /// Dashboards belong to the account and to no Region (PutDashboard); they stand under the stack's first.
    package var region: String
    package var name: String

    package init(_ kind: ResourceKind, _ name: String, region: String) {
        self.kind = kind
        self.region = region
        self.name = name
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.kind, left.region, left.name) < (right.kind, right.region, right.name)
    }

    package var description: String {
        kind == .dashboard ? "\(kind.rawValue) \(name)" : "\(kind.rawValue) \(name) in \(region)"
    }
}
