import ArgumentParser
import Basics
import Tailing

/// Which lines of the groups `taskops tail` shows, and how it comes by them.
struct TailSelectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("From this moment on, such as 10m, 2h30m, 10:30 [default: 10m].", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Up to this moment; then it ends.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Five minutes before and after this moment.", valueName: "time"))
    var around: String?

    @Option(
        help: ArgumentHelp(
            "Of what was there before, only so many of the newest lines, of the last week or since --since.",
            valueName: "count"))
    var lines: Int?

    @Flag(inversion: .prefixedNo, help: "Go on with what comes [default: on a terminal, unless an end is given].")
    var follow: Bool?

    @Flag(help: "Follow by CloudWatch's Live Tail too, for lines to come sooner; it is billed by the minute.")
    var live = false

    @Option(
        help: ArgumentHelp(
            "How long lines wait for older ones: auto (half of them not noticeably), order (until all are in order), or a time.",
            valueName: "time"))
    var hold: HoldArgument = .automatic

    @Flag(name: .customLong("no-hold"), help: "Show each line as soon as it is found.")
    var isUnheld = false

    @Option(help: ArgumentHelp("CloudWatch's own filter pattern, applied there.", valueName: "pattern"))
    var filter: String?

    @Option(help: ArgumentHelp("Only lines in which this regular expression is found; may be repeated.", valueName: "regex"))
    var include: [String] = []

    @Option(help: ArgumentHelp("No lines in which this is found; may be repeated.", valueName: "regex"))
    var exclude: [String] = []

    @Flag(help: "Errors, time-outs and failed invocations. This, --slow and --cold widen each other.")
    var errors = false

    @Option(help: ArgumentHelp("Invocations that took this long or longer.", valueName: "time"))
    var slow: DurationArgument?

    @Flag(help: "Cold starts.")
    var cold = false

    @Option(help: ArgumentHelp("Only this invocation's lines; the beginning of its id is enough.", valueName: "id"))
    var request: String?

    @Option(help: ArgumentHelp("All lines of the invocations that name this event or task, in every Region.", valueName: "id"))
    var trace: String?

    func validate() throws {
        let isID = { (text: String) in
            text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) || $0 == 0x2D }
        }
        if let request, request.isEmpty || !isID(request) {
            throw ValidationError("--request takes an id or its beginning, such as 3c5a91f2")
        }
        if let trace, trace.count < 8 || trace.contains(where: \.isWhitespace) {
            throw ValidationError("--trace takes an event's id, such as 0c9c2d3e-1111-4222-8333-444455556666")
        }
        if isUnheld, hold != .automatic { throw ValidationError("--no-hold and --hold contradict each other") }
        if filter?.isEmpty == true { throw ValidationError("--filter '' would let all lines pass; leave it out") }
    }

    func window(clock: TailClock, isWatched: Bool) throws(Problem) -> TailWindow {
        var expression = WindowExpression()
        (expression.since, expression.until, expression.around) = (since, until, around)
        expression.follows = live ? true : follow
        expression.isCounted = lines != nil
        return try expression.window(clock: clock, isWatched: isWatched)
    }

    func options(groups: [LogGroupReference], window: TailWindow, cursor: TailCursor?) -> TailOptions {
        var options = TailOptions(groups: groups, window: window)
        options.filterPattern = filter
        options.lines = lines
        options.isLive = live
        options.hold = isUnheld ? .none : hold.hold
        options.cursor = cursor
        return options
    }

    var sieve: SieveOptions {
        var sieve = SieveOptions()
        (sieve.errors, sieve.slow, sieve.cold) = (errors, slow?.duration.milliseconds, cold)
        (sieve.request, sieve.trace) = (request, trace)
        (sieve.include, sieve.exclude) = (include, exclude)
        return sieve
    }
}

/// What `--hold` takes.
enum HoldArgument: ExpressibleByArgument, Hashable {
    case automatic, order
    case time(DurationArgument)

    init?(argument: String) {
        switch argument {
        case "auto": self = .automatic
        case "order": self = .order
        default:
            guard let time = DurationArgument(argument: argument), time.duration <= .seconds(600) else { return nil }
            self = .time(time)
        }
    }

    var defaultValueDescription: String { "auto" }

    var hold: TailOptions.Hold {
        switch self {
        case .automatic: .automatic
        case .order: .ordered
        case .time(let time): .milliseconds(Int64(time.duration.milliseconds))
        }
    }
}
