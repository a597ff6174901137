import AWS
import Testing

@testable import Tailing

/// What following costs and how soon lines are shown, from the first second on: as in the cells of docs/tail.md, by a
/// clock of the model's own.
@Suite struct FollowingTests {
    static let three = ["us-east-1", "eu-west-1", "us-east-2"]

    static func cells(_ lag: ClosedRange<Int64>, seconds: Int64) -> [FollowingModel.Cell] {
        [false, true].flatMap { isLambda in
            [1, 10].flatMap { groups in
                [["us-east-1"], three].map {
                    .init(lag: lag, isLambda: isLambda, groups: groups, regions: $0, seconds: seconds)
                }
            }
        }
    }

    @Test(
        "0.3 to 8 s: each line read four times at the most, and half of them shown within 0.8 s",
        arguments: cells(300...8000, seconds: 30))
    func widelySpread(cell: FollowingModel.Cell) {
        var medians: [Int64] = []
        for seed in 1...5 as ClosedRange<UInt64> {
            let run = FollowingModel(cell, seed: seed)
            #expect(run.isWhole)
            #expect(run.transfer <= 4, "seed \(seed): \(run.transfer)")
            medians.append(run.median)
            for (most, region) in zip(run.mostCalls, cell.regions) {
                #expect(Double(most) <= Quota.of(.logs, "FilterLogEvents", region: region)!.perSecond, "\(region)")
            }
        }
        // Ten groups where AWS grants ten calls a second come to their turn every second and a bit.
        let most: Int64 = cell.groups * cell.regions.count > 10 ? 840 : 750
        #expect(medians.sorted()[2] <= most, "\(medians)")
    }

    @Test(
        "0.3 to 30 s: half of the lines within 0.8 s, also of those that come before it is known how late lines are",
        arguments: cells(300...30_000, seconds: 30)
            + cells(300...30_000, seconds: 90).filter { $0.groups * $0.regions.count == 30 })
    func longLags(cell: FollowingModel.Cell) {
        let run = FollowingModel(cell, seed: 2)
        #expect(run.isWhole)
        #expect(run.median <= 800, "\(run.median)")
    }
}
