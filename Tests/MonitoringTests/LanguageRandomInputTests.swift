import Basics
import FoundationEssentials
import Testing

@testable import Monitoring

/// Whatever stands in an expression, a rule, a pattern or a whole file, looking at it ends with findings, never with a crash.
/// `TASKOPS_RANDOM_INPUTS` says how many to try, `TASKOPS_RANDOM_SEED` with which seed.
@Suite struct LanguageRandomInputTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static let variables = ProcessInfo.processInfo.environment
    private static let count = variables["TASKOPS_RANDOM_INPUTS"].flatMap { Int($0) } ?? 3000
    private static let seed = variables["TASKOPS_RANDOM_SEED"].flatMap { UInt64($0) } ?? 20_261_127
    private static let pieces = [
        "m1", "e1", "SUM", "FILL", "SORT", "SEARCH", "METRICS", "(", ")", "[", "]", ",", "'", "\"", "\\", "+", "-", "==", "&&",
        "{", "}",
        "1", ".", "1e", "AVG", "DESC", "SELECT ", "FROM ", "SCHEMA(", "WHERE ", "GROUP BY ", "ALARM(", "OK(", "AT_LEAST(", "%",
        "NOT ",
        " AND ", " OR ", "TRUE", "$.a", "$", " = ", "!=", "...", "?", "IS ", "NULL", "é", "😀", " ", "\n", "arn:aws:sns:", ":",
        "/", "*",
    ]

    private static func texts(_ seed: UInt64) -> some Sequence<String> {
        var random = Random(state: seed)
        return (0..<count).lazy.map { _ in
            (0..<Int.random(in: 0...16, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        }
    }

    @Test func theSmallLanguages() {
        let scope = MathScope(ids: ["m1": .metric, "e1": .expression("m1 + e1")])
        for text in Self.texts(Self.seed) {
            _ = try? MetricMath(text, in: scope)
            _ = try? MetricsInsights("SELECT " + text)
            _ = try? SearchExpression(text)
            _ = try? AlarmRule(text)
            _ = try? FilterPattern(text)
            _ = try? FilterPattern("{" + text)
            _ = try? FilterPattern("[" + text)
            _ = Statistic.isAny(text)
            _ = ResourceName(text)
            _ = DashboardTime.isInstant(text)
            _ = DashboardTime.isPast(text)
        }
    }

    /// A good folder with a few letters changed: most of the way through every rule.
    @Test func wholeFolders() throws {
        var random = Random(state: Self.seed &+ 1)
        let names = Mistake.whole.keys.sorted()
        for _ in 0..<max(200, Self.count / 500) {
            var files = Mistake.whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let name = names.randomElement(using: &random) ?? ""
                var letters = Array(files[name] ?? "")
                let index = Int.random(in: 0..<letters.count, using: &random)
                let piece = Array(Self.pieces.randomElement(using: &random) ?? "")
                letters.replaceSubrange(index..<min(letters.count, index + Int.random(in: 0...8, using: &random)), with: piece)
                files[name] = String(letters)
            }
            let findings = try Checkout(files).findings()
            #expect(findings.allSatisfy { ($0.problem.location?.line ?? 1) >= 1 })
        }
    }
}
