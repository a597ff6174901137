import Basics
import Findings
import Status

/// Figures as people read them aloud: two or three digits and a unit say all there is.
enum Units {
    /// `0`, `42`, `1.2k`, `35M`.
    static func count(_ value: Double) -> String {
        scaled(value, by: 1000, units: ["", "k", "M", "G", "T"])
    }

    /// `0 B`, `1.2 kB`, `35 MB`: in thousands, as disks are sold and AWS bills.
    static func bytes(_ value: Double) -> String {
        scaled(value, by: 1000, units: [" B", " kB", " MB", " GB", " TB"])
    }

    /// `45s`, `3m`, `2h`, `5d`: whole units, cut off, the way one says how old something is.
    static func age(seconds: Int) -> String {
        switch seconds {
        case ..<90: "\(max(0, seconds))s"
        case ..<5400: "\(seconds / 60)m"
        case ..<172_800: "\(seconds / 3600)h"
        default: "\(seconds / 86_400)d"
        }
    }

    static func text(_ value: Double, _ unit: MetricSeries.Unit) -> String {
        switch unit {
        case .count: count(value)
        case .milliseconds: value >= 10 && value < 999.5 ? "\(Int(value.rounded())) ms" : milliseconds(value)
        case .seconds: age(seconds: Int(value.rounded()))
        case .bytes: bytes(value)
        }
    }

    /// How old `earlier` was at `later`, both as ISO 8601 in UTC; nil where one cannot be read.
    static func age(of earlier: String, at later: String) -> String? {
        guard let begin = secondsSince1970(earlier), let end = secondsSince1970(later) else { return nil }
        return age(seconds: end - begin)
    }

    /// `2026-11-21 03:12:07Z`: the same moment, easier on the eye. What is no such time stays as it is.
    static func moment(_ iso: String) -> String {
        secondsSince1970(iso).map {
            let time = UTCTime(secondsSince1970: $0)
            return "\(time.dayText) \(time.clockText)Z"
        } ?? iso
    }

    /// `03:02:07Z (10m)`, with the day only where it is another one than that of `later`.
    static func since(_ iso: String, at later: String?) -> String {
        guard let later, let age = age(of: iso, at: later) else { return iso }
        return iso.prefix(10) == later.prefix(10) ? "\(clock(iso)) (\(age))" : "\(iso) (\(age))"
    }

    /// The time of day alone, for lines that stand under each other.
    static func clock(_ iso: String) -> String {
        secondsSince1970(iso).map { "\(UTCTime(secondsSince1970: $0).clockText)Z" } ?? iso
    }

    // MARK: -

    private static func scaled(_ value: Double, by step: Double, units: [String]) -> String {
        var rest = value
        var index = 0
        // 999.5 would round to 1000, which the next unit says better.
        while abs(rest) >= step - 0.5, index < units.count - 1 {
            rest /= step
            index += 1
        }
        let tenths = (rest * 10).rounded() / 10
        let figures = abs(tenths) >= 10 || tenths == tenths.rounded() ? "\(Int(rest.rounded()))" : "\(tenths)"
        return figures + units[index]
    }

    /// Reads `2026-11-21T03:12:07Z`, with or without a fraction.
    static func secondsSince1970(_ iso: String) -> Int? {
        guard let parts = iso.wholeMatch(of: /(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?Z/)?.output,
            let year = Int(parts.1), let month = Int(parts.2), let day = Int(parts.3), let hour = Int(parts.4),
            let minute = Int(parts.5), let second = Int(parts.6), (1...12).contains(month)
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        return days * 86_400 + hour * 3600 + minute * 60 + second
    }
}

/// `9.8 ms`, `212 ms`, `5.2 s`.
func milliseconds(_ value: Double) -> String {
    if value >= 1000 { return "\((value / 100).rounded() / 10) s" }
    if value >= 100 { return "\(Int(value.rounded())) ms" }
    return "\((value * 10).rounded() / 10) ms"
}
