import Findings
package import Status
package import Terminal

/// Draws a ``StatusReport`` for people: on a terminal one page that is read from the top, in a pipe the same facts a
/// line each and nothing cut.
package enum StatusView {
    package static func lines(_ report: StatusReport, on profile: TerminalProfile) -> [StyledText] {
        guard profile.isTerminal else { return StatusPipe(report: report, profile: profile).lines() }
        let pages = StatusPage.Density.allCases.map { StatusPage(report: report, profile: profile, density: $0).lines() }
        guard let height = profile.height else { return pages[0] }
        // One line is the prompt's. What fits in no form is scrolled, and then a blank line here and there helps the eye.
        return pages.first { $0.count < height } ?? pages[1]
    }

    /// What is shown while a look is under way.
    ///
    /// - Parameter awaited: the Regions that have not answered all of it yet, in the order of taskops.yaml, and what is
    ///   still awaited of each.
    package static func progress(awaited: [(region: String, sources: [String])]) -> StyledText {
        let told = awaited.prefix(2).map { region, sources -> StyledText in
            let more = sources.count > 2 ? " and \(sources.count - 2) more" : ""
            return "\(region, .name(region)) \(sources.prefix(2).joined(separator: ", "), .faint)\(more, .faint)"
        }
        guard let first = told.first else { return "comparing the Regions" }
        let listed = told.dropFirst().reduce(first) { $0 + "; " + $1 }
        return "waiting for \(listed)" + (awaited.count > 2 ? "; \(awaited.count - 2) more Regions" : "")
    }

    /// The line above the page while `--watch` runs.
    ///
    /// - Parameters:
    ///   - interval: seconds between two looks.
    ///   - next: seconds until the next one; nil while one is under way.
    ///   - age: seconds since the page's look began; nil before the first.
    package static func watchHeader(interval: Int, next: Int?, age: Int?, on profile: TerminalProfile) -> StyledText {
        var line: StyledText = "\("watch", .heading)  every \(Units.age(seconds: interval))"
        line += next.map { StyledText("  next look in \(Units.age(seconds: $0))", .faint) } ?? "  looking …".ascii(on: profile)
        if let age { line += StyledText("  data \(Units.age(seconds: age)) old", age > 3 * interval ? .warning : .faint) }
        return line + StyledText("  q or Ctrl-C leaves", .faint)
    }
}

extension String {
    fileprivate func ascii(on profile: TerminalProfile) -> StyledText {
        StyledText(profile.hasUnicode ? self : replacing("…", with: "..."), .faint)
    }
}
