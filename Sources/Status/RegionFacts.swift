package import Basics

/// What was read about one Region, before anybody judged it. Member names are AWS's own.
package struct RegionFacts: Sendable, Hashable, Codable {
    package init() {}
}

/// One source's answer, or why there is none. A source that failed never hides the others.
package enum Reading<Value: Sendable & Hashable & Codable>: Sendable, Hashable, Codable {
    case read(Value)
    case failed(Problem)

    package var value: Value? {
        if case .read(let value) = self { value } else { nil }
    }

    package var problem: Problem? {
        if case .failed(let problem) = self { problem } else { nil }
    }
}
