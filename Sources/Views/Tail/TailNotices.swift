import Basics
package import Tailing
package import Terminal

/// What a tail says beside the log, for standard error.
package enum TailNotices {
    package static func line(_ notice: TailNotice, on profile: TerminalProfile) -> StyledText {
        let place: StyledText = "\(notice.region, .name(notice.region)) \(notice.group, .name(notice.group))"
        let why = notice.problem.map { StyledText(": " + ($0.cause ?? $0.summary).onOneLine, .faint) } ?? StyledText()
        switch notice.kind {
        case .waiting: return "\(profile.hasUnicode ? "…" : "...", .faint) \(place) is not there yet; waiting for it"
        case .joined: return "\("+", .good) \(place)"
        case .slowedDown: return "\("!", .warning) \(place) asks to slow down; lines may come later\(why)"
        case .interrupted: return "\("!", .warning) \(place) does not answer; trying on\(why)"
        case .leftOut: return "\("-", .warning) \(place) is left out\(why)"
        case .liveEnded: return "\("!", .warning) \(place) is no longer tailed live; reading goes on\(why)"
        case .crowded:
            let (groups, seconds) = (notice.crowd?.groups ?? 0, notice.crowd?.seconds ?? 0)
            return """
                \("!", .warning) \(notice.region, .name(notice.region)) has lines in \(groups) groups, each read every \
                \(seconds) s by AWS's quota; --live (billed by the minute) shows them within a second or two
                """
        case .sampled: return "\("!", .warning) \(place) has more lines than a live tail shows; reading brings the rest"
        case .gap: return "\(profile.hasUnicode ? "✗" : "x", .bad) \(place) has lines that are missing here\(why)"
        }
    }

    package static func line(_ crash: InvocationBook.Crash, on profile: TerminalProfile) -> StyledText {
        let time = UTCTime(secondsSince1970: Int(crash.timestamp / 1000))
        let id = StyledText(String(crash.requestID.prefix(8)), .name(crash.requestID))
        return """
            \(profile.hasUnicode ? "✗" : "x", .bad) \(crash.source.region, .name(crash.source.region)) \
            \(TailView.short(crash.source.group), .name(crash.source.group)) \(id) began at \(time.clockText)Z and never \
            reported: its process ended or froze
            """
    }

    /// The last run ended while it wrote to a pipe or a terminal.
    package static func comeAgain(_ count: Int, on profile: TerminalProfile) -> StyledText {
        """
        \("!", .warning) \(count) line\(count == 1 ? "" : "s") may come twice: the last run was ended while writing \
        \(count == 1 ? "it" : "them"), and what of that was seen is known only of a file
        """
    }

    /// The stretch of time that was understood, before the first line of it.
    package static func line(_ window: TailWindow) -> StyledText {
        let start = moment(window.start)
        guard let end = window.end else { return StyledText("since \(start), following", .faint) }
        return StyledText("from \(start) to \(moment(end))", .faint)
    }

    private static func moment(_ milliseconds: Int64) -> String {
        UTCTime(secondsSince1970: Int(milliseconds / 1000)).iso8601
    }
}
