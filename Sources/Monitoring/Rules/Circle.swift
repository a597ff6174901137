/// Finds what leads back to where it began.
enum Circle {
    /// Those from which every way ends: they are in no circle, and lead to none. In one look at each step.
    static func straight(_ next: [String: [String]]) -> Set<String> {
        var before: [String: [String]] = [:]
        var open: [String: Int] = [:]
        for (name, steps) in next {
            let inner = steps.filter { next[$0] != nil }
            open[name] = inner.count
            for step in inner { before[step, default: []].append(name) }
        }
        var waiting = open.filter { $0.value == 0 }.map(\.key)
        var straight: Set<String> = []
        while let name = waiting.popLast() {
            straight.insert(name)
            for earlier in before[name] ?? [] {
                open[earlier, default: 0] -= 1
                if open[earlier] == 0 { waiting.append(earlier) }
            }
        }
        return straight
    }

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
