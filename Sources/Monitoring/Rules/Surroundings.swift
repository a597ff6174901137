import Basics
import TaskSystem

/// What one resource may be held against: the stack's parts in its Region, and everything else the files describe.
struct Surroundings {
    let files: MonitoringFiles
    let regions: [String]
    /// Names in the Region, by the variable that stands for them.
    private let parts: [String: [String: String]]
    /// Alarms by Region and name, as indices of the desired resources.
    let alarms: [String: [String: Int]]
    let logGroups: [String: Set<String>]
    /// Of the files' metric filters, by Region: namespace, then metric with its dimensions' names.
    let filterMetrics: [String: [String: [String: Set<String>]]]

    init(_ files: MonitoringFiles, stack: TaskStack, variables: MonitoringVariables) {
        self.files = files
        regions = variables.regions
        var alarms: [String: [String: Int]] = [:]
        var groups: [String: Set<String>] = [:]
        var metrics: [String: [String: [String: Set<String>]]] = [:]
        for (index, resource) in files.desired.resources.enumerated() {
            let (region, name) = (resource.id.region, resource.id.name)
            switch resource.id.kind {
            case .metricAlarm, .compositeAlarm: alarms[region, default: [:]][name] = index
            case .dashboard: break
            case .logGroup:
                groups[region, default: []].insert(name)
                for filter in resource.fields["metricFilters"]?.array ?? [] {
                    for made in filter["metricTransformations"]?.array ?? [] {
                        guard let space = made["metricNamespace"]?.string, let metric = made["metricName"]?.string else {
                            continue
                        }
                        let dimensions = Set(made["dimensions"]?.object?.keys.map(\.self) ?? [])
                        metrics[region, default: [:]][space, default: [:]][metric, default: []].formUnion(dimensions)
                    }
                }
            }
        }
        var parts: [String: [String: String]] = [:]
        for regional in stack.regions {
            var own = StackVariables.values(of: regional, in: stack)
            own["clusterId"] = variables.value(of: "clusterId", in: regional.region)
            own["account"] = variables.value(of: "account", in: regional.region)
            parts[regional.region] = own
            groups[regional.region, default: []].insert("/aws/lambda/\(regional.function)")
        }
        self.alarms = alarms
        self.parts = parts
        logGroups = groups
        filterMetrics = metrics
    }

    func part(_ name: String, in region: String) -> String? { parts[region]?[name] }

    /// The Region whose part has this name, where it is another one's.
    func home(of value: String, as names: [String], besides region: String) -> String? {
        regions.first { other in other != region && names.contains { parts[other]?[$0] == value } }
    }

    func alarmNames(in region: String) -> [String] { alarms[region].map { Array($0.keys) } ?? [] }
}
