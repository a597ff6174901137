package import TaskSystem

/// Holds the files against what AWS takes, against the stack and against each other. Nothing is asked of AWS.
package enum FileValidator {
    /// What is wrong, beside what ``MonitoringFolder`` found while it read, in file order.
    ///
    /// - Parameters:
    ///   - pages: the names of the pages in `runbooks/`, and each one's file as messages name it.
    ///   - regions: whose resources are looked at; all where it is nil.
    package static func findings(
        in files: MonitoringFiles, stack: TaskStack, variables: MonitoringVariables, pages: [String: String],
        regions: Set<String>? = nil
    ) -> [Finding] {
        var notes = RuleNotes(files)
        let surroundings = Surroundings(files, stack: stack, variables: variables)
        for (index, resource) in files.desired.resources.enumerated() where regions?.contains(resource.id.region) ?? true {
            switch resource.id.kind {
            case .metricAlarm: MetricAlarmRules.check(resource, index, surroundings, &notes)
            case .compositeAlarm: CompositeAlarmRules.check(resource, index, surroundings, &notes)
            case .logGroup: LogGroupRules.check(resource, index, surroundings, &notes)
            case .dashboard: DashboardRules.check(resource, index, surroundings, &notes)
            }
            TagRules.check(resource, index, &notes)
        }
        AlarmCycles.check(surroundings, &notes)
        RunbookRules.check(pages, surroundings, &notes)
        return FindingOrder.sorted(files.findings + notes.findings, regions: variables.regions)
    }
}
