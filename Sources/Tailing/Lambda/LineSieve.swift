package import Basics

/// Which lines are wanted, as typed.
package struct SieveOptions: Sendable, Hashable {
    /// An invocation's lines together, when it has ended.
    package var groupsRequests = false
    /// These three widen each other: failed, slow or cold.
    package var errors = false
    /// In milliseconds.
    package var slow: Double?
    package var cold = false
    /// The beginning of a request id.
    package var request: String?
    /// An id that some line of an invocation names: then all its lines are wanted, in every Region.
    package var trace: String?
    /// Regular expressions: one of these must be found …
    package var include: [String] = []
    /// … and none of these.
    package var exclude: [String] = []

    package init() {}

    /// Whether lines wait for the end of their invocation: only then is known whether they are wanted.
    package var holdsLines: Bool { groupsRequests || trace != nil }

    /// Whether all lines are shown as they come.
    package var letsAllPass: Bool {
        !holdsLines && !errors && slow == nil && !cold && request == nil && include.isEmpty && exclude.isEmpty
    }
}

/// A line that passed, with what is known of it.
package struct SievedLine: Sendable, Hashable {
    package var line: LogLine
    package var lambda: LambdaLine
    /// Its own, or that of the invocation its stream was at.
    package var requestID: String?
    /// The first of an invocation's lines that are shown together.
    package var beginsRequest = false
}

/// Reads lines, lets pass what is wanted, and keeps the book. Memory is bounded: of lines that wait, the oldest
/// invocation's are let go when they are too many.
package struct LineSieve {
    private let options: SieveOptions
    private let include: [Regex<AnyRegexOutput>]
    private let exclude: [Regex<AnyRegexOutput>]
    private var requests = HeldRequests()
    package private(set) var book = InvocationBook()
    /// Invocations found to have crashed since this was last emptied.
    package var crashes: [InvocationBook.Crash] = []

    /// The invocations that the event of `trace` went through, in the order in which they began.
    package var hops: [TraceHop] { known.values.sorted { ($0.began, $0.requestID) < ($1.began, $1.requestID) } }
    private var known: [String: TraceHop] = [:]

    /// - Throws: a pattern that is no regular expression.
    package init(_ options: SieveOptions) throws(Problem) {
        self.options = options
        include = try Self.expressions(options.include, flag: "--include")
        exclude = try Self.expressions(options.exclude, flag: "--exclude")
    }

    package static func expressions(_ patterns: [String], flag: String) throws(Problem) -> [Regex<AnyRegexOutput>] {
        var found: [Regex<AnyRegexOutput>] = []
        for pattern in patterns {
            do { found.append(try Regex(pattern)) } catch {
                throw Problem(
                    .usage, "\(flag) \(pattern) is no regular expression", cause: "\(error)",
                    hint: #"put a backslash before ( [ { . * + ? that are meant as letters"#)
            }
        }
        return found
    }

    /// - Parameter now: milliseconds since 1970, by the clock of whoever watches.
    package mutating func take(_ line: LogLine, now: Int64) -> [SievedLine] {
        let lambda = LambdaLine(line.message)
        let (requestID, lost) = book.take(line, lambda)
        crashes += lost
        let sieved = SievedLine(line: line, lambda: lambda, requestID: requestID)
        guard !isExcluded(line) else { return [] }
        guard options.holdsLines else { return wants(sieved) ? [sieved] : [] }
        guard let requestID else { return wants(sieved) ? [sieved] : [] }
        var done = requests.add(sieved, to: requestID, ends: lambda.kind == .report, now: now)
        for crash in lost { done += requests.end(crash.requestID) }
        return wanted(done)
    }

    /// Lets go of invocations of which nothing was heard for a while.
    package mutating func expire(now: Int64) -> [SievedLine] { wanted(requests.expire(now: now)) }

    /// Nothing more will come.
    package mutating func finish(now: Int64) -> [SievedLine] {
        crashes += book.finish(now: now)
        return wanted(requests.endAll())
    }

    // MARK: -

    private func isExcluded(_ line: LogLine) -> Bool {
        !exclude.isEmpty && exclude.contains { line.message.contains($0) }
    }

    /// Of whole invocations, those in which what is asked for is found in some line.
    private mutating func wanted(_ groups: [[SievedLine]]) -> [SievedLine] {
        var lines: [SievedLine] = []
        for group in groups { lines += wanted(group) }
        return lines
    }

    private mutating func wanted(_ group: [SievedLine]) -> [SievedLine] {
        guard hasRequest(group[0]), isOfKind(group), includes(group) else { return [] }
        if let trace = options.trace {
            // What came after its end belongs to it all the same.
            let isKnown = group[0].requestID.map { known[$0] != nil } ?? false
            guard isKnown || group.contains(where: { $0.line.message.contains(trace) }) else { return [] }
            if let hop = TraceHop(group) { known[hop.requestID] = known[hop.requestID]?.joined(hop) ?? hop }
        }
        var group = group
        group[0].beginsRequest = options.groupsRequests
        return group
    }

    private func wants(_ line: SievedLine) -> Bool {
        if let trace = options.trace, !line.line.message.contains(trace) { return false }
        return hasRequest(line) && isOfKind([line]) && includes([line])
    }

    private func hasRequest(_ line: SievedLine) -> Bool {
        options.request.map { line.requestID?.hasPrefix($0.lowercased()) ?? false } ?? true
    }

    private func includes(_ lines: [SievedLine]) -> Bool {
        include.isEmpty || lines.contains { line in include.contains { line.line.message.contains($0) } }
    }

    private func isOfKind(_ lines: [SievedLine]) -> Bool {
        guard options.errors || options.slow != nil || options.cold else { return true }
        return lines.contains { line in
            if options.errors, line.lambda.isError { return true }
            if let slow = options.slow, let duration = line.lambda.report?.duration, duration >= slow { return true }
            guard options.cold else { return false }
            return line.lambda.kind == .initStart || line.lambda.report?.isCold == true
        }
    }
}
