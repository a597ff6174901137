import Basics
import Findings
import TaskSystem

enum BusRule {
    static func row(_ context: RegionContext) -> StatusRow {
        let bus = context.regional.bus
        let missing = Finding(
            "bus-missing", .unhealthy,
            "there is no event bus \(bus) in \(context.region): PutEvents accepts what is sent to it, and drops it",
            evidence: context.facts.bus?.problem?.cause, next: context.aws("events list-event-buses"))
        return .of(.bus, bus, "the bus \(bus)", context.facts.bus, in: context, missing: missing) { facts in
            (facts.kmsKeyIdentifier.map { "exists, encrypted with \($0)" } ?? "exists", [])
        }
    }
}
