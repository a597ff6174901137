/// Statistics in CloudWatch's own words.
///
/// Source: CloudWatch user guide, "CloudWatch statistics definitions"; PutMetricAlarm, `ExtendedStatistic`.
enum Statistic {
    static let plain = AlarmFields.statistics

    /// Whether it may stand where any statistic may: `Sum`, `p99`, `p99.9`, `tm90`, `TM(10%:90%)`, `IQM`, `PR(:300)`.
    static func isAny(_ text: String) -> Bool { plain.contains(text) || isExtended(text) }

    /// Whether it may stand under `ExtendedStatistic`.
    static func isExtended(_ text: String) -> Bool {
        if text == "IQM" || text == "iqm" { return true }
        if isPercentile(text) { return true }
        for prefix in ["tm", "tc", "ts", "wm"] where text.hasPrefix(prefix) { return isShare(text.dropFirst(2)) }
        guard text.hasSuffix(")"), let open = text.firstIndex(of: "(") else { return false }
        let name = text[..<open]
        let bounds = text[text.index(after: open)...].dropLast()
        let parts = bounds.split(separator: ":", omittingEmptySubsequences: false)
        guard ["TM", "TC", "TS", "WM", "PR"].contains(name), parts.count == 2, !(parts[0].isEmpty && parts[1].isEmpty) else {
            return false
        }
        // Percents or values, not both; a rank counts values alone.
        let percents = parts.filter { $0.hasSuffix("%") }
        guard percents.isEmpty || name != "PR" else { return false }
        guard percents.isEmpty || percents.count == parts.filter({ !$0.isEmpty }).count else { return false }
        let numbers = parts.map { part -> Double? in part.isEmpty ? nil : Double(part.hasSuffix("%") ? part.dropLast() : part) }
        for (part, number) in zip(parts, numbers) where !part.isEmpty {
            guard let number, percents.isEmpty || (0...100).contains(number) else { return false }
        }
        if let low = numbers[0], let high = numbers[1] { return low < high }
        return true
    }

    /// `p0` to `p100`, with up to ten decimal places.
    static func isPercentile(_ text: String) -> Bool { text.hasPrefix("p") && isShare(text.dropFirst()) }

    private static func isShare(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let value = Double(text), (0...100).contains(value) else { return false }
        return parts.allSatisfy { part in !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) } }
            && (parts.count == 1 || parts[1].count <= 10)
    }

    static let hint = "such as p99, p99.9, tm90, TM(10%:90%), IQM, PR(:300)"
}
