import Basics
package import Canary

/// The one line a Nagios plugin writes (Monitoring Plugins Development Guidelines, "Plugin Output for Nagios"):
/// what is wrong, then the figures behind a bar.
package enum CanaryNagios {
    /// - Parameters:
    ///   - slowAfter: the figures' warning threshold.
    ///   - timeout: their critical one.
    package static func line(_ report: CanaryReport, slowAfter: Duration, timeout: Duration) -> String {
        "CANARY \(word(report.verdict)): \(sentence(report)) | "
            + report.regions.map { figures($0, slowAfter: slowAfter, timeout: timeout) }.joined(separator: " ")
    }

    /// What is to be said in one line: for Nagios, and for whoever is pinged. Nothing in it ends the line or begins figures.
    package static func sentence(_ report: CanaryReport) -> String {
        let fine = report.regions.count { $0.outcome == .ok }
        var parts = ["\(fine) of \(report.regions.count) Region\(report.regions.count == 1 ? "" : "s") ok"]
        if let slowest = report.regions.filter({ $0.totalMs != nil }).max(by: { $0.totalMs! < $1.totalMs! }) {
            parts[0] += ", slowest \(slowest.region) with \(milliseconds(slowest.totalMs!))"
        }
        for region in report.regions {
            guard let problem = region.problem else { continue }
            parts.append("\(region.region) \(region.outcome.rawValue) at \(problem.hop): \(problem.summary)")
        }
        if let watch = report.watch, watch.verdict != report.outcome {
            parts.append("the verdict stays \(watch.verdict.rawValue) until \(watch.alertAfter ?? "1/1") runs agree")
        }
        for kind in [CanaryWatch.Event.Kind.late, .lost, .duplicate] {
            let count = report.watch?.events.count { $0.kind == kind } ?? 0
            if count > 0 { parts.append("\(count) \(kind.rawValue)") }
        }
        return String(parts.joined(separator: "; ").map { $0 == "|" ? "/" : $0.isNewline ? " " : $0 })
    }

    private static func word(_ outcome: CanaryOutcome) -> String {
        switch outcome {
        case .ok: "OK"
        case .slow: "WARNING"
        case .broken: "CRITICAL"
        case .unknown: "UNKNOWN"
        }
    }

    /// `'us-east-1'=0.4123s;5;30;0 'us-east-1 create/accept'=0.0112s;;;0`; `U` where there is no value.
    private static func figures(_ region: CanaryRegionReport, slowAfter: Duration, timeout: Duration) -> String {
        let total = region.totalMs.map { "\(Decimals.seconds($0))s" } ?? "U"
        let limits = "\(Decimals.seconds(slowAfter.milliseconds));\(Decimals.seconds(timeout.milliseconds))"
        let hops = region.hops.filter { $0.clock == .prober }.map { hop in
            "'\(region.region) \(hop.place)'=\(hop.ms.map { "\(Decimals.seconds($0))s;;;0" } ?? "U")"
        }
        return (["'\(region.region)'=\(total);\(limits);0"] + hops).joined(separator: " ")
    }
}

/// Figures for programs: no exponent, no locale.
enum Decimals {
    /// Milliseconds as seconds with up to four decimals, which is a tenth of a millisecond: `0.4123`, `5`.
    static func seconds(_ milliseconds: Double) -> String {
        let tenths = Int64((milliseconds * 10).rounded())
        let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10_000)
        var digits = Int(rest).padded(4)
        while digits.hasSuffix("0") { digits.removeLast() }
        return (tenths < 0 ? "-" : "") + "\(whole)" + (digits.isEmpty ? "" : ".\(digits)")
    }

    /// A count without a fraction.
    static func whole(_ value: Double) -> String { "\(Int64(value.rounded()))" }
}
