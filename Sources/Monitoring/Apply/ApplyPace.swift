import AWS

/// How long what is left will take, by AWS's rates: Regions are written at once, one Region's changes one after the other.
/// Pure.
struct ApplyPace: Sendable {
    /// Of AWS's rates the part that this program uses.
    let share: Double

    /// Seconds.
    func left(_ changes: some Sequence<Change>) -> Double {
        var perRegion: [String: Double] = [:]
        var global = 0.0
        for change in changes {
            let seconds = seconds(change)
            // Dashboards come when all Regions are done.
            if change.id.kind == .dashboard { global += seconds } else { perRegion[change.id.region, default: 0] += seconds }
        }
        return (perRegion.values.max() ?? 0) + global
    }

    private func seconds(_ change: Change) -> Double {
        let region = change.id.region
        func cost(_ service: AWSService, _ operations: [String]) -> Double {
            // They wait for their turns one after the other.
            operations.reduce(0) { sum, operation in
                let rate = Quota.of(service, operation, region: region)?.perSecond ?? 20
                return sum + 1 / (rate * share)
            }
        }
        switch (change.id.kind, change.action) {
        case (.metricAlarm, .delete), (.compositeAlarm, .delete): return cost(.cloudWatch, ["DeleteAlarms"])
        case (.metricAlarm, _): return cost(.cloudWatch, ["PutMetricAlarm"])
        case (.compositeAlarm, _): return cost(.cloudWatch, ["PutCompositeAlarm"])
        case (.dashboard, .delete): return cost(.cloudWatch, ["GetDashboard", "DeleteDashboards"])
        case (.dashboard, _): return cost(.cloudWatch, ["GetDashboard", "PutDashboard"])
        case (.logGroup, .delete): return cost(.logs, ["DescribeLogGroups", "DeleteLogGroup"])
        case (.logGroup, .create): return cost(.logs, ["CreateLogGroup", "PutRetentionPolicy", "TagResource"])
        case (.logGroup, _): return cost(.logs, ["DescribeLogGroups", "PutRetentionPolicy", "TagResource"])
        }
    }
}
