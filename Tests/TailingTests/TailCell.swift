import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Synchronization

@testable import Tailing

/// One cell of the matrix: how lines are written, and what stands in the way of reading them.
struct TailCell: Sendable, Encodable {
    enum Trouble: String, Sendable, Encodable {
        case none, throttled, cut, live, liveDropped, killed
    }

    var name: String
    var lag: [Int]
    var isLambda = false
    var groups = 1
    var regions = ["us-east-1"]
    /// Lines a second, in all groups together.
    var rate = 50
    var seconds: Double
    var trouble = Trouble.none
    var hold = TailOptions.Hold.automatic

    enum CodingKeys: String, CodingKey {
        case name, lag, groups, regions, rate, seconds
        case isLambda = "lambda"
    }

    var longestLag: Int { isLambda ? 10_000 : lag[1] }

    static func all(seconds: Double) -> [TailCell] {
        var cells: [TailCell] = []
        for lag in [[1000, 1000], [1000, 1500], [2000, 4000], [300, 8000], [300, 30_000]] {
            for (groups, regions) in [(1, ["us-east-1"]), (10, ["us-east-1", "eu-west-1", "eu-central-1"])] {
                let name = "lag-\(lag[0])-\(lag[1])-\(groups)-\(regions.count)"
                cells.append(.init(name: name, lag: lag, groups: groups, regions: regions, seconds: seconds))
            }
        }
        cells.append(.init(name: "unheld", lag: [300, 8000], seconds: seconds, hold: .none))
        cells.append(.init(name: "many", lag: [300, 8000], groups: 100, rate: 100, seconds: seconds))
        cells.append(.init(name: "lambda", lag: [0, 0], isLambda: true, rate: 40, seconds: seconds))
        cells.append(
            .init(
                name: "lambda-many", lag: [0, 0], isLambda: true, groups: 10, regions: ["us-east-1", "eu-west-1", "us-east-2"],
                rate: 80, seconds: seconds))
        return cells + troubled(seconds: seconds)
    }

    /// Faults hold for a Region: each of these has one of its own.
    static func troubled(seconds: Double) -> [TailCell] {
        [
            .init(name: "throttled", lag: [300, 8000], regions: ["ap-south-1"], seconds: seconds, trouble: .throttled),
            .init(name: "cut", lag: [300, 8000], groups: 3, regions: ["us-west-2"], seconds: seconds, trouble: .cut),
            .init(name: "live", lag: [300, 8000], groups: 2, regions: ["eu-north-1"], seconds: seconds, trouble: .live),
            .init(
                name: "live-dropped", lag: [300, 8000], groups: 2, regions: ["eu-west-3"], seconds: seconds,
                trouble: .liveDropped),
            .init(name: "killed", lag: [300, 8000], groups: 2, regions: ["us-west-1"], seconds: seconds, trouble: .killed),
        ]
    }

    /// For the local stack's control address; nil where there is no trouble of that sort.
    var fault: String? {
        let place = #""service":"logs","region":"\#(regions[0])""#
        return switch trouble {
        case .throttled: #"{"kind":"throttle","operation":"FilterLogEvents","probability":0.9,\#(place)}"#
        case .cut: #"{"kind":"cut","operation":"FilterLogEvents","probability":0.2,\#(place)}"#
        case .liveDropped: #"{"kind":"stream-cut","operation":"StartLiveTail","afterFrames":6,"times":3,\#(place)}"#
        case .none, .live, .killed: nil
        }
    }
}

/// What was shown of a cell, as whoever watches would count it.
final class TailWitness: Sendable {
    struct Counts: Sendable {
        var lines: [String: Int] = [:]
        var shown = 0
        var marked = 0
        var unmarked = 0
        var reached = Int64.min
        var delays: [Int64] = []
        var notices: [TailNotice.Kind: Int] = [:]
        var fetched = 0
        /// Of those before a kill.
        var fetchedBefore = 0
        var isDead = false
        var cursor: TailCursor?
    }

    let counts = Mutex(Counts())

    var twice: Int { counts.withLock { $0.lines.values.reduce(0) { $0 + $1 - 1 } } }
    var distinct: Int { counts.withLock { $0.lines.count } }

    func show(_ events: [TailEvent]) {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        counts.withLock { counts in
            guard !counts.isDead else { return }
            for event in events {
                switch event {
                case .line(let line):
                    counts.lines["\(line.region) \(line.group) \(line.message)", default: 0] += 1
                    counts.shown += 1
                    if line.isLate { counts.marked += 1 } else if line.place < counts.reached { counts.unmarked += 1 }
                    counts.reached = max(counts.reached, line.place)
                    counts.delays.append(now - line.ingestionTime)
                case .notice(let notice): counts.notices[notice.kind, default: 0] += 1
                case .state(let state): counts.fetched = state.fetched
                }
            }
        }
    }
}
