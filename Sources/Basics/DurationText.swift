extension Duration {
    /// Largest first.
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Reads `250ms`, `30s`, `10m`, `2h30m`, `7d`: whole numbers, each with its unit, largest first.
    ///
    /// What is not understood is nil, never a guess: `30` could be seconds or minutes, and `1,5h` could be anything.
    package init?(text: some StringProtocol) {
        var total: Int64 = 0
        var rest = Substring(text)
        var allowed = Self.units[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isWholeNumber }
            let unit = rest.dropFirst(digits.count).prefix { $0.isASCII && $0.isLetter }
            guard let count = Int64(digits), let index = allowed.firstIndex(where: { $0.name == unit }) else { return nil }
            let (product, overflows) = count.multipliedReportingOverflow(by: allowed[index].milliseconds)
            let (sum, overflowsToo) = total.addingReportingOverflow(product)
            guard !overflows, !overflowsToo else { return nil }
            total = sum
            allowed = allowed[(index + 1)...]
            rest = rest.dropFirst(digits.count + unit.count)
        }
        self = .milliseconds(total)
    }

    /// As `init(text:)` reads it, in its largest units: `2h30m`.
    package var text: String {
        var rest = Int64(milliseconds.rounded())
        var text = ""
        for unit in Self.units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text.isEmpty ? "0s" : text
    }

    /// What `init(text:)` accepts, for error messages.
    package static let textHint = "write it like 250ms, 30s, 10m or 2h30m"
}
