import Basics
import FoundationEssentials
import Testing

@testable import Monitoring

/// What a model of AWS answers, with its own additions, imported and read again.
@Suite struct ImportRandomTests {
    static let seeds = ProcessInfo.processInfo.environment["TASKOPS_FUZZ"].flatMap { Int($0) } ?? 1500

    @Test("importing, then planning, gives nothing, whatever AWS has made of it", arguments: ResourceKind.allCases)
    func importedThenPlannedIsEmpty(kind: ResourceKind) throws {
        let variables = try ImportTests.variables()
        // So many in a folder: as files they are read together.
        for batch in 0..<(Self.seeds + 99) / 100 {
            var live: [LiveResource] = []
            for seed in batch * 100..<min(batch * 100 + 100, Self.seeds) {
                var random = RandomResources(seed: seed)
                var aws = ModelAWS(seed: seed)
                var wanted = random.resource(kind)
                wanted.id.name = "r-\(seed)"
                if kind == .dashboard { wanted.id.region = "us-east-1" }
                live.append(aws.answer(wanted, stack: "tasks"))
            }
            let files = ImportedFile.all(live, variables: variables)
            try TemporaryFolder.with { folder in
                try TemporaryFolder.write(files, into: folder)
                let read = try MonitoringFolder.read(root: folder, variables: variables, stack: ImportTests.stack)
                #expect(read.desired.resources.count == live.count)
                let wrong = ImportedFile.difference(read.desired, live)
                #expect(wrong == nil, "\(String(describing: wrong)) of batch \(batch)")
            }
        }
    }
}
