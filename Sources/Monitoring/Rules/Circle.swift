/// Finds what leads back to where it began.
enum Circle {
    /// The steps from `start` back to it, `start` first; nil where there is no way back. The shortest way, without recursion.
    static func through(_ start: String, _ next: (String) -> [String]) -> [String]? {
        var cameFrom: [String: String] = [:]
        var waiting = [start]
        var position = 0
        while position < waiting.count {
            let here = waiting[position]
            position += 1
            for there in next(here) {
                if there == start {
                    var way = [here]
                    while let last = way.last, last != start, let before = cameFrom[last] { way.append(before) }
                    return way.reversed()
                }
                if cameFrom[there] == nil {
                    cameFrom[there] = here
                    waiting.append(there)
                }
            }
        }
        return nil
    }
}
