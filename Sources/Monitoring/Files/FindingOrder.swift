import Basics

/// Findings as people work through them: file by file, from top to bottom, each once.
enum FindingOrder {
    static func sorted(_ findings: [Finding]) -> [Finding] {
        var seen: Set<Finding> = []
        return findings.filter { seen.insert($0).inserted }
            .enumerated().sorted { left, right in
                let (first, second) = (left.element.problem.location, right.element.problem.location)
                return (first?.file ?? "", first?.line ?? 0, first?.column ?? 0, left.offset)
                    < (second?.file ?? "", second?.line ?? 0, second?.column ?? 0, right.offset)
            }
            .map(\.element)
    }
}
