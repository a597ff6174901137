import AWS
import Basics
import Findings

/// This machine's clock beside AWS's. AWS refuses signatures more than five minutes off; that is how it becomes known.
enum ClockRule {
    static func row(_ context: RegionContext) -> StatusRow? {
        guard let offset = context.facts.clockOffset, abs(offset) >= Int(ClockSkew.least) else { return nil }
        let difference = "\(abs(offset) / 60) min \(offset > 0 ? "behind" : "ahead of")"
        let finding = Finding(
            "clock-wrong", .degraded, "this machine's clock is \(difference) AWS's: times on this page are off by as much",
            evidence: "AWS refused a signature for its time, and took it with a correction of \(offset) s",
            next: "timedatectl timesync-status")
        return StatusRow(part: .clock, name: "this machine's clock", summary: "\(difference) AWS's", findings: [finding])
    }
}
