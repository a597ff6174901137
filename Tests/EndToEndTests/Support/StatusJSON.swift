/// The status report as any program reads it.
struct StatusJSON {
    let exit: Int32
    let document: JSONValue

    init(_ ended: Ended) throws {
        exit = ended.exit
        document = try JSONValue(ended.output)
    }

    func region(_ name: String) -> JSONValue? {
        document["regions"]?.items.first { $0["region"]?.text == name }
    }

    func row(_ region: String, _ part: String) -> JSONValue? {
        self.region(region)?["rows"]?.items.first { $0["part"]?.text == part }
    }

    func health(_ region: String) -> String? { self.region(region)?["health"]?.text }

    func health(_ region: String, _ part: String) -> String? { row(region, part)?["health"]?.text }

    /// The codes of all findings in a Region.
    func findings(_ region: String) -> [String] {
        (self.region(region)?["rows"]?.items ?? []).flatMap { row in
            (row["findings"]?.items ?? []).compactMap { $0["code"]?.text }
        }
    }
}
