import Findings
import Status

/// A finding and the parts of one Region it was made at. A Region that does not answer says so once, not eleven times.
struct FindingGroup {
    let region: String
    let finding: Finding
    private(set) var parts: [StatusRow.Part]
    /// Whether the other parts' sentences name other things than the one that is kept.
    private(set) var isMixed = false
    private let partsOfRegion: Int

    /// What to print for where it is: `rule`, `bus and rule`, `8 of 11 parts`.
    var place: String {
        switch parts.count {
        case 1: StatusText.label(parts[0])
        case 2: parts.map(StatusText.label).joined(separator: " and ")
        case partsOfRegion: "all parts"
        default: "\(parts.count) of \(partsOfRegion) parts"
        }
    }

    /// `likewise rule, permission, function`: whose sentences were left out.
    var likewise: String? {
        guard isMixed else { return nil }
        let others = parts.dropFirst().map(StatusText.label).joined(separator: ", ")
        return "likewise \(parts.count == partsOfRegion ? "all else in the Region" : others)"
    }

    /// Everything that is not as it should be, worst first, then in the order of the Regions and of an event's way.
    ///
    /// - Parameter sparing: whether four parts or more that could not be looked at for one reason share a group, also
    ///   where each names the call that failed: for pages that are read at a glance.
    static func all(of report: StatusReport, sparing: Bool) -> [FindingGroup] {
        let groups = report.regions.flatMap { region in
            let found = region.rows.flatMap { row in
                row.findings.filter { $0.health != .healthy }.map { (part: row.part, finding: $0) }
            }
            var groups: [FindingGroup] = []
            for (part, finding) in found {
                let isCommon = sparing && found.count { isAlike($0.finding, finding) } >= 4
                if let index = groups.firstIndex(where: {
                    $0.finding == finding || isCommon && isAlike($0.finding, finding)
                }) {
                    if !groups[index].parts.contains(part) { groups[index].parts.append(part) }
                    groups[index].isMixed = groups[index].isMixed || groups[index].finding.sentence != finding.sentence
                } else {
                    groups.append(
                        FindingGroup(region: region.region, finding: finding, parts: [part], partsOfRegion: region.rows.count))
                }
            }
            return groups
        }
        return groups.indices.sorted { (groups[$1].finding.health, $0) < (groups[$0].finding.health, $1) }.map { groups[$0] }
    }

    private static func isAlike(_ one: Finding, _ other: Finding) -> Bool {
        one.health == .unknown && one.health == other.health && one.code == other.code && one.next == other.next
    }
}
