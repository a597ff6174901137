import FoundationEssentials
import Tailing
import Testing
import Views

/// Whatever a message holds, the line of JSON is one line, a parser reads it, and what it reads is the message.
/// `TASKOPS_RANDOM_INPUTS` says how many to try, `TASKOPS_RANDOM_SEED` with which seed.
@Suite struct TailRecordsRandomInputTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private struct Record: Decodable, Equatable {
        var group: String
        var id: String?
        var ingestionTime: Int64
        var late: Bool
        var message: String
        var stream: String
        var timestamp: Int64
    }

    private static let variables = ProcessInfo.processInfo.environment
    private static let count = variables["TASKOPS_RANDOM_INPUTS"].flatMap { Int($0) } ?? 3000
    private static let seed = variables["TASKOPS_RANDOM_SEED"].flatMap { UInt64($0) } ?? 20_261_126

    /// Plain stretches of any length with, now and then, what has to be escaped, what looks like it (its high bit set or
    /// next to it), what takes several bytes, and bytes that are no UTF-8.
    private static func text(_ random: inout Random) -> String {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            bytes += [UInt8](repeating: UInt8.random(in: 0x20...0x7F, using: &random), count: .random(in: 0...20, using: &random))
            switch Int.random(in: 0...4, using: &random) {
            case 0: bytes.append(UInt8.random(in: 0x00...0x23, using: &random))
            case 1: bytes += [0x5B, 0x5C, 0x5D, 0x21, 0x22].shuffled(using: &random)
            case 2: bytes += Array("é\u{2028}\u{FEFF}😀".utf8).prefix(.random(in: 0...12, using: &random))
            case 3: bytes += (0..<4).map { _ in UInt8.random(in: 0x80...0xFF, using: &random) }
            default: break
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func readBack() throws {
        var random = Random(state: Self.seed)
        var sieve = try LineSieve(SieveOptions())
        for number in 0..<Self.count {
            let largest: Int64 = number.isMultiple(of: 9) ? .max : 1_800_000_000_000
            let line = LogLine(
                region: "us-east-1", group: Self.text(&random), stream: Self.text(&random),
                id: number.isMultiple(of: 3) ? nil : Self.text(&random), timestamp: .random(in: -1000...largest, using: &random),
                ingestionTime: .random(in: 0...largest, using: &random), message: Self.text(&random))
            for sieved in sieve.take(line, now: 0) {
                var bytes: [UInt8] = []
                TailRecords.json(sieved, into: &bytes)
                #expect(bytes.last == 0x0A && !bytes.dropLast().contains { $0 < 0x20 }, "\(bytes)")
                let record = try JSONDecoder().decode(Record.self, from: Data(bytes))
                let expected = Record(
                    group: line.group, id: line.id, ingestionTime: line.ingestionTime, late: false, message: line.message,
                    stream: line.stream, timestamp: line.timestamp)
                #expect(record == expected && Array(record.message.utf8) == Array(line.message.utf8), "number \(number)")
            }
        }
    }
}
