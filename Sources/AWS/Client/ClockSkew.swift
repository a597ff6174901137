package import FoundationEssentials

/// How far this machine's clock is from AWS's, found out when a signature was refused for it. The other SDKs of AWS do
/// the same; botocore does not.
package enum ClockSkew {
    /// Codes that a wrong clock may be behind.
    package static let codes: Set<String> = [
        "RequestTimeTooSkewed", "RequestExpired", "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure",
    ]
    /// AWS takes signatures up to five minutes off: below this the clock was not the reason.
    package static let least: TimeInterval = 4 * 60

    /// What has to be added to the time a request was signed with; nil where the clock is not to blame.
    /// - Parameter dateHeader: the answer's `Date`.
    package static func correction(code: String?, dateHeader: String?, signedAt: Date) -> TimeInterval? {
        guard let code, codes.contains(code), let dateHeader, let theirs = HTTPDate.date(dateHeader) else { return nil }
        let difference = theirs.timeIntervalSince(signedAt)
        return abs(difference) >= least ? difference : nil
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7), the one form servers may send.
package enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    package static func date(_ text: String) -> Date? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = number(words[1], 2, 1...31),
            let month = months.firstIndex(of: String(words[2])), let year = number(words[3], 4, 1970...9999)
        else { return nil }
        let clock = words[4].split(separator: ":")
        guard clock.count == 3, let hour = number(clock[0], 2, 0...23), let minute = number(clock[1], 2, 0...59),
            let second = number(clock[2], 2, 0...60)
        else { return nil }
        let seconds = ((days(year, month + 1, day) * 24 + hour) * 60 + minute) * 60 + second
        return Date(timeIntervalSince1970: Double(seconds))
    }

    private static func number(_ text: Substring, _ digits: Int, _ range: ClosedRange<Int>) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text).flatMap { range.contains($0) ? $0 : nil }
    }

    /// Days since 1970, in a calendar whose year begins in March, so that the leap day comes last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
