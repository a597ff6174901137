import ArgumentParser

/// Lets the shared flags stand before the subcommand too: `taskops --sandbox canary` means `taskops canary --sandbox`.
///
/// ArgumentParser gives a flag to the command whose name it follows; people think of these as belonging to `taskops`.
enum GlobalFlags {
    private static let flags: Set<String> = ["--sandbox", "-v", "-vv", "--verbose"]
    private static let options: Set<String> = ["--config", "--region", "--profile", "--endpoint-url", "--color"]

    /// Moves the shared flags that stand before the first word to the end, where that word's own parser meets them.
    static func movedBehindCommand(_ arguments: [String]) -> [String] {
        var moved: [String] = []
        var rest = arguments[...]
        while let first = rest.first, first.hasPrefix("-") {
            let name = String(first.prefix { $0 != "=" })
            if flags.contains(first) || options.contains(name) && first.contains("=") {
                moved.append(first)
                rest = rest.dropFirst()
            } else if options.contains(name), rest.count > 1 {
                moved += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        // Without a word behind them there is nothing to give them to; the parser says so in its own words.
        return rest.isEmpty ? arguments : insert(moved, into: Array(rest))
    }

    /// What follows `--` is not for the parser, so the moved flags go before it.
    private static func insert(_ moved: [String], into arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return Array(arguments[..<end]) + moved + Array(arguments[end...])
    }
}
