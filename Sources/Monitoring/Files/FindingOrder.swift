import Basics

/// Findings as people work through them: file by file, from top to bottom, each once.
enum FindingOrder {
    /// - Parameter regions: of the stack. What is wrong with one place in several of them is one thing to mend.
    static func sorted(_ findings: [Finding], regions: [String]) -> [Finding] {
        var places: [Key: Int] = [:]
        var merged: [(finding: Finding, regions: [String])] = []
        for finding in findings {
            let named = regions.filter { finding.problem.summary.contains($0) }
            var key = Key(finding: finding)
            if named.count == 1 {
                key.finding.problem.summary = finding.problem.summary.replacing(named[0], with: "REGION")
                key.finding.problem.hint = nil
                if let index = places[key] {
                    if !merged[index].regions.contains(named[0]) { merged[index].regions.append(named[0]) }
                    continue
                }
            } else if places[key] != nil {
                continue
            }
            places[key] = merged.count
            merged.append((finding, named.count == 1 ? named : []))
        }
        return merged.map(words).enumerated().sorted { left, right in
            let (first, second) = (left.element.problem.location, right.element.problem.location)
            return (first?.file ?? "", first?.line ?? 0, first?.column ?? 0, left.offset)
                < (second?.file ?? "", second?.line ?? 0, second?.column ?? 0, right.offset)
        }
        .map(\.element)
    }

    private struct Key: Hashable {
        var finding: Finding
    }

    private static func words(_ finding: Finding, in regions: [String]) -> Finding {
        guard regions.count > 1 else { return finding }
        var finding = finding
        finding.problem.summary = finding.problem.summary.replacing(regions[0], with: regions.joined(separator: ", "))
        return finding
    }
}
