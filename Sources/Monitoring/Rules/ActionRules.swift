import Basics
import TaskSystem

/// What an alarm does when its state changes: each action an ARN that CloudWatch takes, in the alarm's own Region.
///
/// Source of the forms: PutMetricAlarm and PutCompositeAlarm, `AlarmActions`.
enum ActionRules {
    static let members = ["AlarmActions", "OKActions", "InsufficientDataActions"]

    static func check(_ resource: DesiredResource, _ index: Int, _ notes: inout RuleNotes) {
        for member in members {
            var seen: Set<String> = []
            for (number, action) in (resource.fields[member]?.array ?? []).enumerated() {
                guard let text = action.string else { continue }
                let path = DataPath() / member / number
                if !seen.insert(text).inserted {
                    notes.note(.duplicateName, index, path, "\(member) names \(text) twice", "leave one of them")
                }
                check(text, resource.id, index, path, &notes)
            }
        }
    }

    private static func check(_ text: String, _ id: ResourceID, _ index: Int, _ path: DataPath, _ notes: inout RuleNotes) {
        guard let name = ResourceName(text) else {
            notes.note(.malformedARN, index, path, "`\(text)` is no ARN", "the form is \(ResourceName.form)")
            return
        }
        guard let form = forms[name.service] else {
            let near = closestMatch(to: name.service, among: forms.keys).map { "did you mean \($0)?" }
            notes.note(
                .malformedARN, index, path, "an alarm has no action of the service `\(name.service)`",
                near ?? "it takes \(forms.keys.sorted().joined(separator: ", "))")
            return
        }
        if id.kind == .compositeAlarm, form.isForMetricAlarmsOnly {
            notes.note(
                .malformedARN, index, path, "a composite alarm takes no action of \(name.service)",
                "give it to the alarm of the metric")
        }
        if form.hasRegion {
            if !AWSRegions.all.contains(name.region) {
                let near = closestMatch(to: name.region, among: AWSRegions.all).map { "did you mean \($0)?" }
                notes.note(.actionRegion, index, path, "`\(name.region)` is no Region", near ?? "write ${region}")
            } else if name.region != id.region {
                notes.note(
                    .actionRegion, index, path, "the alarm is in \(id.region), and its action in \(name.region)",
                    "an action must be in the alarm's own Region: write ${region}")
            }
        }
        if form.hasAccount, !ResourceName.isAccount(name.account) {
            notes.note(
                .malformedARN, index, path, "an account has twelve digits, and `\(name.account)` has not", "write ${account}")
        }
        if !form.fits(name.resource) {
            notes.note(.malformedARN, index, path, "`\(text)` is no action of \(name.service)", "the form is \(form.example)")
        }
    }

    private struct Form {
        var example: String
        var hasRegion = true
        var hasAccount = true
        var isForMetricAlarmsOnly = false
        var fits: @Sendable (String) -> Bool
    }

    private static let forms: [String: Form] = [
        "sns": Form(example: "arn:aws:sns:REGION:ACCOUNT:TOPIC") { topic in
            // SNS API reference, CreateTopic: up to 256 letters, digits, - and _; a FIFO topic ends in .fifo.
            let name = topic.hasSuffix(".fifo") ? topic.dropLast(5) : topic[...]
            return !name.isEmpty && topic.utf8.count <= 256 && name.allSatisfy(\.isNameLetter)
        },
        "lambda": Form(example: "arn:aws:lambda:REGION:ACCOUNT:function:NAME") { resource in
            let parts = resource.split(separator: ":", omittingEmptySubsequences: false)
            return (2...3).contains(parts.count) && parts[0] == "function" && parts.dropFirst().allSatisfy { !$0.isEmpty }
        },
        "ssm": Form(example: "arn:aws:ssm:REGION:ACCOUNT:opsitem:SEVERITY#CATEGORY=NAME") { resource in
            let severity = resource.prefix { $0 != "#" }.dropFirst("opsitem:".count)
            return resource.hasPrefix("opsitem:") && ["1", "2", "3", "4"].contains(severity)
        },
        "ssm-incidents": Form(
            example: "arn:aws:ssm-incidents::ACCOUNT:response-plan/NAME", hasRegion: false
        ) { resource in
            // The documentation of PutMetricAlarm writes it without the dash, Incident Manager with it.
            resource.hasPrefix("response-plan/") || resource.hasPrefix("responseplan/")
        },
        "aiops": Form(example: "arn:aws:aiops:REGION:ACCOUNT:investigation-group/ID") {
            $0.hasPrefix("investigation-group")
        },
        "autoscaling": Form(
            example: "arn:aws:autoscaling:REGION:ACCOUNT:scalingPolicy:ID:autoScalingGroupName/GROUP:policyName/POLICY",
            isForMetricAlarmsOnly: true
        ) { $0.hasPrefix("scalingPolicy:") },
        "automate": Form(
            example: "arn:aws:automate:REGION:ec2:stop", hasAccount: false, isForMetricAlarmsOnly: true
        ) { ["stop", "terminate", "reboot", "recover"].contains($0) },
        "swf": Form(
            example: "arn:aws:swf:REGION:ACCOUNT:action/actions/AWS_EC2.InstanceId.Stop/1.0", isForMetricAlarmsOnly: true
        ) { $0.hasPrefix("action/actions/AWS_EC2.InstanceId.") },
    ]
}

extension Character {
    fileprivate var isNameLetter: Bool { isASCII && (isLetter || isNumber || self == "-" || self == "_") }
}
