/// The one of `candidates` somebody most likely meant by `typed`, or nil when none is near enough to be worth saying.
///
/// Near means: at most a third of the letters differ, counting a swap of neighbours as one slip.
package func closestMatch(to typed: String, among candidates: some Sequence<String>) -> String? {
    candidates
        .map { (candidate: $0, slips: slips(from: typed.lowercased(), to: $0.lowercased())) }
        .filter { $0.slips <= max(1, max(typed.count, $0.candidate.count) / 3) }
        .min { ($0.slips, $0.candidate) < ($1.slips, $1.candidate) }?
        .candidate
}

/// Damerau–Levenshtein distance (optimal string alignment).
private func slips(from typed: String, to target: String) -> Int {
    let typed = Array(typed)
    let target = Array(target)
    var previous: [Int] = []
    var current = Array(0...target.count)
    for row in 0..<typed.count {
        let beforeThat = previous
        previous = current
        current[0] = row + 1
        for column in 0..<target.count {
            let replaced = previous[column] + (typed[row] == target[column] ? 0 : 1)
            current[column + 1] = min(replaced, previous[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, typed[row] == target[column - 1], typed[row - 1] == target[column] {
                current[column + 1] = min(current[column + 1], beforeThat[column - 1] + 1)
            }
        }
    }
    return current[target.count]
}
