/// One metric of the last hour, minute by minute.
package struct MetricSeries: Sendable, Hashable, Codable {
    /// What the page shows, in its order. The raw value is also the query's `Id` in GetMetricData.
    package enum Name: String, Sendable, Hashable, Codable, CaseIterable {
        // EventBridge
        case matchedEvents, failedInvocations, deadLettered, deadLetteringFailed, deliveryLatency
        // Lambda
        case invocations, errors, throttles, durationP50, durationP95, asyncEventAge, asyncEventsDropped
        case destinationDeliveryFailures
        // SQS
        case deadLetterQueueSent, deadLetterQueueAge, failureQueueSent, failureQueueAge
        // DSQL
        case transactions, occConflicts, queryTimeouts, commitLatency, storage
    }

    package enum Unit: String, Sendable, Hashable, Codable {
        case count, milliseconds, seconds, bytes
    }

    package var name: Name
    package var namespace: String
    package var metricName: String
    /// CloudWatch's statistic: `Sum`, `p50`, `Maximum`.
    package var statistic: String
    package var unit: Unit
    /// Seconds.
    package var period: Int
    /// ISO 8601, UTC: when the first period begins.
    package var start: String
    /// One for each period; nil where CloudWatch has no data point.
    package var values: [Double?]
    /// Seconds between the end of the newest data point's period and now; nil when there is none.
    package var staleness: Int?

    package init(
        name: Name, namespace: String, metricName: String, statistic: String, unit: Unit, period: Int, start: String,
        values: [Double?], staleness: Int?
    ) {
        self.name = name
        self.namespace = namespace
        self.metricName = metricName
        self.statistic = statistic
        self.unit = unit
        self.period = period
        self.start = start
        self.values = values
        self.staleness = staleness
    }

    /// The newest value there is.
    package var latest: Double? { values.last { $0 != nil } ?? nil }
    /// All values added up; what a count of the hour is.
    package var total: Double { values.reduce(0) { $0 + ($1 ?? 0) } }
    package var peak: Double? { values.compactMap(\.self).max() }
}

extension MetricSeries {
    /// What is not known is written as null: a reader need not tell a missing key from a missing fact.
    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(name, forKey: .name)
        try object.encode(namespace, forKey: .namespace)
        try object.encode(metricName, forKey: .metricName)
        try object.encode(statistic, forKey: .statistic)
        try object.encode(unit, forKey: .unit)
        try object.encode(period, forKey: .period)
        try object.encode(start, forKey: .start)
        try object.encode(values, forKey: .values)
        try object.encode(staleness, forKey: .staleness)
    }
}
