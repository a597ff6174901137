import Basics
import TaskSystem

/// What CloudWatch Logs takes of a group and its filters.
///
/// Source: botocore's model `logs` 2014-03-28: CreateLogGroup, PutRetentionPolicy, PutMetricFilter, PutSubscriptionFilter.
enum LogGroupRules {
    private static let path = DataPath()

    static func check(_ group: DesiredResource, _ index: Int, _ surroundings: Surroundings, _ notes: inout RuleNotes) {
        checkName(group.id.name, index, &notes)
        checkRetention(group.fields, index, &notes)
        checkClass(group.fields, index, &notes)
        if let key = group.fields["kmsKeyId"]?.string {
            let arn = ResourceName(key)
            if arn?.service != "kms" || arn?.resource.hasPrefix("key/") != true {
                notes.note(
                    .malformedARN, index, path / "kmsKeyId", "`\(key)` is no key's ARN", "arn:aws:kms:REGION:ACCOUNT:key/ID")
            } else if let region = arn?.region, region != group.id.region {
                notes.note(
                    .actionRegion, index, path / "kmsKeyId", "the group is in \(group.id.region), and its key in \(region)",
                    "a key of its own Region: write ${region}")
            }
        }
        var expressions = 0
        for (number, filter) in (group.fields["metricFilters"]?.array ?? []).enumerated() {
            let place = path / "metricFilters" / number
            checkPattern(filter, &expressions, index, place, &notes)
            MetricFilterRules.check(filter, index, place, &notes)
        }
        for (number, filter) in (group.fields["subscriptionFilters"]?.array ?? []).enumerated() {
            let place = path / "subscriptionFilters" / number
            checkPattern(filter, &expressions, index, place, &notes)
            SubscriptionFilterRules.check(filter, region: group.id.region, index, place, &notes)
        }
        for member in ["metricFilters", "subscriptionFilters"] { checkNames(group.fields, member, index, &notes) }
        if expressions > 5 {
            notes.note(
                .filterPattern, index, path, "the group's filters have \(expressions) regular expressions, and it takes 5",
                "use plain terms, or filter fields of JSON")
        }
    }

    private static func checkName(_ name: String, _ index: Int, _ notes: inout RuleNotes) {
        let place = path / "logGroupName"
        if let wrong = name.first(where: { !isNameLetter($0) }) {
            notes.note(
                .malformedName, index, place, "a log group's name cannot hold `\(wrong)`",
                "letters, digits and . _ - / # only")
        } else if name.hasPrefix("aws/") {
            notes.note(
                .malformedName, index, place, "a log group's name cannot begin with aws/", "did you mean /\(name)?")
        }
    }

    private static func isNameLetter(_ letter: Character) -> Bool {
        letter.isASCII && (letter.isLetter || letter.isNumber || "._-/#".contains(letter))
    }

    private static func checkRetention(_ fields: JSONTree, _ index: Int, _ notes: inout RuleNotes) {
        guard let days = fields["retentionInDays"]?.number else { return }
        let taken = LogGroupFields.retentions.map(Double.init)
        if !taken.contains(days) {
            let below = taken.last { $0 < days }
            let above = taken.first { $0 > days }
            let near = [below, above].compactMap(\.self).map(PeriodRules.whole).joined(separator: " or ")
            notes.note(
                .outOfRange, index, path / "retentionInDays", "events cannot be kept for \(PeriodRules.whole(days)) days",
                "write \(near)")
        } else if fields["logGroupClass"]?.string == "DELIVERY" {
            notes.note(
                .logGroupClass, index, path / "retentionInDays",
                "the class DELIVERY keeps events for one day, whatever this says",
                "take it out", ofKey: true)
        }
    }

    /// CloudWatch Logs user guide, "Log classes": Infrequent Access has neither filter, Delivery next to nothing.
    private static func checkClass(_ fields: JSONTree, _ index: Int, _ notes: inout RuleNotes) {
        guard let name = fields["logGroupClass"]?.string, ["INFREQUENT_ACCESS", "DELIVERY"].contains(name) else { return }
        for member in ["metricFilters", "subscriptionFilters"] where fields[member]?.array?.isEmpty == false {
            notes.note(
                .logGroupClass, index, path / member, "the class \(name) takes no \(member)",
                "take them out, or make the group STANDARD", ofKey: true)
        }
    }

    private static func checkNames(_ fields: JSONTree, _ member: String, _ index: Int, _ notes: inout RuleNotes) {
        var seen: Set<String> = []
        for (number, filter) in (fields[member]?.array ?? []).enumerated() {
            guard let name = filter["filterName"]?.string else { continue }
            let place = path / member / number / "filterName"
            if !seen.insert(name).inserted {
                notes.note(.duplicateName, index, place, "a second filter `\(name)`", "a group has each name once")
            }
            if name.contains(where: { $0 == ":" || $0 == "*" }) {
                notes.note(.malformedName, index, place, "a filter's name cannot hold : or *", "take it out")
            }
        }
    }

    private static func checkPattern(
        _ filter: JSONTree, _ expressions: inout Int, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes
    ) {
        guard let text = filter["filterPattern"]?.string else { return }
        do throws(LanguageError) {
            expressions += try FilterPattern(text).expressions
        } catch {
            let letter = error.offset > 0 ? " (letter \(error.offset + 1) of the pattern)" : ""
            notes.note(.filterPattern, index, path / "filterPattern", error.summary + letter, error.hint)
        }
    }
}

/// The metric a filter makes.
enum MetricFilterRules {
    static func check(_ filter: JSONTree, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes) {
        for (number, made) in (filter["metricTransformations"]?.array ?? []).enumerated() {
            let place = path / "metricTransformations" / number
            for member in ["metricName", "metricNamespace"] {
                guard let name = made[member]?.string, let wrong = name.first(where: { ":*$".contains($0) }) else { continue }
                notes.note(.malformedName, index, place / member, "\(member) cannot hold `\(wrong)`", "take it out")
            }
            if let space = made["metricNamespace"]?.string, space.hasPrefix("AWS/") {
                notes.note(
                    .malformedName, index, place / "metricNamespace", "namespaces that begin with AWS/ are AWS's own",
                    "give it a name of yours")
            }
            if let value = made["metricValue"]?.string, Double(value) == nil, !value.hasPrefix("$") {
                notes.note(
                    .wrongType, index, place / "metricValue", "`\(value)` is neither a number nor a field",
                    "such as 1, or $.latency, or $size")
            }
            if let dimensions = made["dimensions"]?.object, !dimensions.isEmpty {
                if made["defaultValue"] != nil {
                    notes.note(
                        .exclusiveMembers, index, place / "defaultValue", "a metric with dimensions takes no defaultValue",
                        "leave one of them", ofKey: true)
                }
                for (name, value) in dimensions.sorted(by: { $0.key < $1.key }) where value.string?.hasPrefix("$") != true {
                    notes.note(
                        .wrongType, index, place / "dimensions" / name, "a dimension's value is a field of the event",
                        "such as $.level, or $name")
                }
            }
        }
        checkSystemFields(filter, "emitSystemFieldDimensions", ["@aws.account", "@aws.region"], index, path, &notes)
    }

    static func checkSystemFields(
        _ filter: JSONTree, _ member: String, _ known: [String], _ index: Int, _ path: DataPath, _ notes: inout RuleNotes
    ) {
        for (number, field) in (filter[member]?.array ?? []).enumerated() {
            guard let name = field.string, !known.contains(name) else { continue }
            notes.note(
                .unknownValue, index, path / member / number, "\(member) cannot hold `\(name)`",
                closestMatch(to: name, among: known).map { "did you mean \($0)?" } ?? "one of \(known.joined(separator: ", "))")
        }
    }
}

/// Where a filter sends events to.
enum SubscriptionFilterRules {
    private static let services = [
        "kinesis": "stream/", "firehose": "deliverystream/", "lambda": "function:", "logs": "destination:",
    ]

    static func check(_ filter: JSONTree, region: String, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes) {
        MetricFilterRules.checkSystemFields(
            filter, "emitSystemFields", ["@aws.account", "@aws.region", "@source.log"], index, path, &notes)
        guard let text = filter["destinationArn"]?.string else { return }
        let place = path / "destinationArn"
        guard let arn = ResourceName(text), let beginning = services[arn.service], arn.resource.hasPrefix(beginning) else {
            notes.note(
                .malformedARN, index, place, "`\(text)` is no destination",
                "a Kinesis stream, a Firehose delivery stream, a Lambda function or a destination of CloudWatch Logs")
            return
        }
        if arn.region != region {
            notes.note(
                .actionRegion, index, place, "the group is in \(region), and its destination in \(arn.region)",
                "write ${region}")
        }
        let needsRole = arn.service == "kinesis" || arn.service == "firehose"
        switch filter["roleArn"]?.string {
        case nil where needsRole:
            notes.note(
                .missingMember, index, path, "roleArn is missing", "CloudWatch Logs needs a role for \(arn.service)")
        case let role? where ResourceName(role)?.service != "iam":
            notes.note(
                .malformedARN, index, path / "roleArn", "`\(role)` is no role's ARN", "arn:aws:iam::ACCOUNT:role/NAME")
        default: break
        }
        if filter["distribution"]?.string == "Random", arn.service != "kinesis" {
            notes.note(
                .exclusiveMembers, index, path / "distribution", "distribution is for Kinesis streams only", "take it out",
                ofKey: true)
        }
    }
}

/// Log groups that others name.
enum LogGroupReferences {
    /// Groups that no file has may still be there: Lambda makes its own. What is near one that is known is a slip.
    static func check(
        _ name: String, in region: String, _ index: Int, _ path: DataPath, _ surroundings: Surroundings,
        _ notes: inout RuleNotes
    ) {
        guard let known = surroundings.logGroups[region], !known.contains(name) else { return }
        if let home = surroundings.regions.first(where: { $0 != region && surroundings.logGroups[$0]?.contains(name) == true }) {
            notes.note(
                .unknownLogGroup, index, path, "the log group \(name) is \(home)'s, not \(region)'s", "write ${function}")
        } else if let near = closestMatch(to: name, among: known) {
            notes.note(
                .unknownLogGroup, index, path, "no file and no function has a log group \(name) in \(region)",
                "did you mean \(near)?")
        }
    }
}
