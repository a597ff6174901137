import Basics
import FoundationEssentials
import TaskSystem

@testable import Monitoring

/// A folder with monitoring files in it, gone with the value.
final class Checkout: Sendable {
    let root: String

    init(_ files: [String: String]) throws {
        root = FileManager.default.temporaryDirectory.path + "/taskops-files-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        for (name, text) in files {
            let path = "\(root)/\(name)"
            if let slash = path.lastIndex(of: "/") {
                try FileManager.default.createDirectory(
                    atPath: String(path[..<slash]), withIntermediateDirectories: true)
            }
            try Data(text.utf8).write(to: URL(filePath: path))
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    /// Two Regions that differ in all that can differ.
    static let stack = TaskStack(
        name: "tasks", environment: "dev",
        regions: [
            RegionalStack(
                region: "us-east-1", cluster: .id(ClusterID(rawValue: "abc0def1baz2quux3quuux4abc")!), bus: "task-events-dev",
                rule: "task-processing-rule", function: "task-processor-dev",
                deadLetterQueue: "task-events-dev-undelivered", failureQueue: "task-processor-dev-failed",
                variables: ["topic": "arn:aws:sns:${region}:${account}:on-call", "limit": "5"]),
            RegionalStack(
                region: "us-west-2", cluster: .id(ClusterID(rawValue: "xyz0def1baz2quux3quuux4xyz")!), bus: "task-events-west",
                rule: "task-processing-rule", function: "task-processor-west",
                deadLetterQueue: "task-events-west-undelivered", failureQueue: "task-processor-west-failed",
                variables: ["topic": "arn:aws:sns:${region}:${account}:on-call", "limit": "7"]),
        ])

    static let variables = try! MonitoringVariables(stack: stack, account: "123456789012")

    func look() throws -> MonitoringFiles {
        try MonitoringFolder.look(root: root, variables: Self.variables, stack: Self.stack)
    }

    /// Everything `validate` finds; every alarm has its page unless the checkout has pages of its own.
    func findings() throws -> [Finding] {
        let files = try look()
        var pages = MonitoringFolder.pages(root: root)
        if pages.isEmpty { for entry in files.entries where entry.kind.folder == "alarms" { pages[entry.runbook] = "page" } }
        return FileValidator.findings(in: files, stack: Self.stack, variables: Self.variables, pages: pages)
    }

    /// Of a folder that is there, for the stack that infrastructure/stack.yaml makes.
    static func findings(in root: String) throws -> [Finding] {
        var stack = stack
        for index in stack.regions.indices {
            stack.regions[index].bus = "task-events-dev"
            stack.regions[index].function = "task-processor-dev"
            stack.regions[index].deadLetterQueue = "task-events-dev-undelivered"
            stack.regions[index].failureQueue = "task-processor-dev-failed"
            stack.regions[index].variables = ["onCallTopic": "arn:aws:sns:${region}:${account}:tasks-dev-on-call"]
        }
        let report = try ValidationReport.make(root: root, shownAs: "", stack: stack)
        return report.findings
    }

    func read() throws -> MonitoringFiles {
        try MonitoringFolder.read(root: root, variables: Self.variables, stack: Self.stack)
    }
}
