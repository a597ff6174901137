package import Basics

/// What a tail tells whoever watches, in the order in which it is to be shown.
package enum TailEvent: Sendable {
    /// A line in its place; `isLate` when its place had passed.
    case line(LogLine)
    /// Part of the conversation: something a person should know, and no part of the log.
    case notice(TailNotice)
    /// How far everything is known to be shown; comes now and then, and at the end.
    case state(TailState)
}

/// Something that happened to the tail itself.
package struct TailNotice: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// The group does not exist yet, and is waited for.
        case waiting
        /// A group that was waited for, or that matches a pattern, is there.
        case joined
        /// AWS asked to slow down, and that was done.
        case slowedDown
        /// No answer comes, or none that can be read; the tail goes on trying.
        case interrupted
        /// A group that matches a pattern is of a class whose events cannot be filtered, and is left out.
        case leftOut
        /// A live tail ended or could not be had; reading goes on.
        case liveEnded
        /// So many groups have lines that each is read seldom by what AWS grants; Live Tail would tell them soon.
        case crowded
        /// A live tail left lines out, as CloudWatch does above 500 a second; reading brings them.
        case sampled
        /// Lines are missing, and it is known that they are: the tail ends with code 4.
        case gap
    }

    /// Groups that share a Region's calls.
    package struct Crowd: Sendable, Hashable {
        /// Those in which lines come.
        package var groups: Int
        /// From one read of each to the next.
        package var seconds: Int

        package init(groups: Int, seconds: Int) {
            (self.groups, self.seconds) = (groups, seconds)
        }
    }

    package var kind: Kind
    package var region: String
    package var group: String
    /// What is behind it, where AWS or the connection said so.
    package var problem: Problem?
    /// Of `crowded`.
    package var crowd: Crowd?

    package init(_ kind: Kind, region: String, group: String, problem: Problem? = nil, crowd: Crowd? = nil) {
        self.kind = kind
        self.region = region
        self.group = group
        self.problem = problem
        self.crowd = crowd
    }
}

/// How a tail stands.
package struct TailState: Sendable, Hashable, Codable {
    /// Every line that happened at or before this moment, in milliseconds since 1970, has been shown, in every group, as
    /// far as the lag seen so far can tell; nil before all were read once.
    package var completeThrough: Int64?
    /// Lines handed out.
    package var shown = 0
    /// Of those, lines whose place had passed.
    package var late = 0
    /// Of those, lines that only a later, wider read found.
    package var recovered = 0
    /// Updates in which a live tail left lines out.
    package var sampled = 0
    /// Events read, new or not.
    package var fetched = 0
    /// Known gaps.
    package var gaps = 0
    /// How long lines are held back at the moment, in milliseconds.
    package var hold: Int64 = 0

    package init() {}
}

/// A log group to follow.
package struct LogGroupReference: Sendable, Hashable, Codable {
    package var region: String
    package var name: String
    /// For a group of another account, which is asked for by ARN (without `:*`).
    package var arn: String?

    package init(region: String, name: String, arn: String? = nil) {
        self.region = region
        self.name = name
        self.arn = arn
    }
}

/// A stretch of time, in milliseconds since 1970.
package struct TailWindow: Sendable, Hashable {
    package var start: Int64
    /// The last millisecond wanted; nil to follow.
    package var end: Int64?

    package init(start: Int64, end: Int64? = nil) {
        self.start = start
        self.end = end
    }

    package var isFollowing: Bool { end == nil }
}
