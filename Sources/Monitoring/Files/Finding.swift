package import Basics

/// Something in the files that is wrong, or looks wrong.
package struct Finding: Sendable, Hashable, Codable {
    package enum Severity: String, Sendable, Hashable, Codable, CaseIterable {
        /// AWS refuses it, or it cannot do what it is there for.
        case error
        /// It may be meant.
        case warning
    }

    package var rule: FindingRule
    package var severity: Severity
    /// What, where and how to mend it.
    package var problem: Problem
    /// Where inside the resource: `/widgets/3/properties/metrics/0`.
    package var dataPath: String?
    /// The line it stands on, as it is in the file.
    package var excerpt: String?

    package init(_ rule: FindingRule, _ problem: Problem, severity: Severity = .error, dataPath: String? = nil) {
        self.rule = rule
        self.severity = severity
        self.problem = problem
        self.dataPath = dataPath
    }
}

/// The kinds of findings. Their names are in what `validate` prints, and other programs may rely on them.
package enum FindingRule: String, Sendable, Hashable, Codable, CaseIterable {
    // The files themselves.
    case syntax = "syntax"
    case emptyFile = "empty-file"
    case wrongFolder = "wrong-folder"
    case unreadFile = "unread-file"
    case fileSize = "file-size"
    case duplicateKey = "duplicate-key"
    case unknownKey = "unknown-key"
    case unknownVariable = "unknown-variable"
    case unknownRegion = "unknown-region"
    case duplicateName = "duplicate-name"
    // A member by itself.
    case missingMember = "missing-member"
    case wrongType = "wrong-type"
    case unknownValue = "unknown-value"
    case outOfRange = "out-of-range"
    case malformedName = "malformed-name"
    case malformedARN = "malformed-arn"
    case reservedTag = "reserved-tag"
    // Members against each other.
    case exclusiveMembers = "exclusive-members"
    case evaluationWindow = "evaluation-window"
    case returnData = "return-data"
    case duplicateID = "duplicate-id"
    case statistic = "statistic"
    case anomalyBand = "anomaly-band"
    case logGroupClass = "log-group-class"
    // Languages.
    case metricMath = "metric-math"
    case metricsInsights = "metrics-insights"
    case searchExpression = "search-expression"
    case alarmRule = "alarm-rule"
    case filterPattern = "filter-pattern"
    case logQuery = "log-query"
    // Against what there is.
    case unknownMetric = "unknown-metric"
    case unknownDimension = "unknown-dimension"
    case foreignResource = "foreign-resource"
    case unknownAlarm = "unknown-alarm"
    case alarmCycle = "alarm-cycle"
    case actionRegion = "action-region"
    case unknownLogGroup = "unknown-log-group"
    case missingRunbook = "missing-runbook"
    case runbookWithoutAlarm = "runbook-without-alarm"
    // Dashboards.
    case dashboardBody = "dashboard-body"
    case widgetPlace = "widget-place"
    case metricsArray = "metrics-array"

    /// AWS is told nothing of it.
    var isOfTheCheckout: Bool { [.missingRunbook, .runbookWithoutAlarm, .unreadFile].contains(self) }
}
