import Testing

/// The canary's report as any program reads it.
struct CanaryJSON {
    let exit: Int32
    let document: JSONValue
    /// Of the first Region in the report.
    let region: JSONValue

    /// Runs `taskops --sandbox canary --output json` with more arguments.
    static func run(
        _ arguments: String..., variables: [String: String] = [:], while body: (Running) async throws -> Void = { _ in }
    ) async throws -> CanaryJSON {
        try CanaryJSON(
            await Programs.run(
                Console.path, ["--sandbox", "canary", "--output", "json"] + arguments, variables: variables, while: body))
    }

    init(_ ended: Ended) throws {
        exit = ended.exit
        document = try JSONValue(ended.output)
        region = try #require(document["regions"]?.items.first, "\(ended.output)\(ended.error)")
    }

    func region(_ name: String) -> JSONValue? {
        document["regions"]?.items.first { $0["region"]?.text == name }
    }

    var outcome: String? { document["outcome"]?.text }
    var problem: JSONValue? { region["problem"] }
    /// The first broken link.
    var cause: JSONValue? { region["diagnosis"]?["findings"]?.items.first }
    var hop: String? { problem?["hop"]?.text }
    var summary: String { problem?["summary"]?.text ?? "" }
    var hint: String? { problem?["hint"]?.text }
    var taskID: String? { region["taskId"]?.text }
    var cleanup: JSONValue? { region["cleanup"] }
}
