import AWS
import Basics

/// Why a page could not be had, and trying again is of no use.
enum ReadFailure: Error, Sendable {
    /// The group does not exist.
    case missing(Problem)
    /// The token of the next page was refused: the read has to begin again.
    case tokenRefused(Problem)
    case final(Problem)
    case cancelled
}

/// Reads pages of one log group. Throttling and lost connections are waited out, however long they last.
struct GroupReader: Sendable {
    struct Page: Sendable {
        var lines: [LogLine]
        var token: String?
    }

    /// A stretch of time, and from which end.
    struct Query: Sendable {
        var start: Int64
        /// The last millisecond wanted.
        var end: Int64?
        var limit: Int?
        var newestFirst = false
    }

    /// What one call may take with its retries and its wait for a turn.
    static let patience = Duration.seconds(60)

    let group: LogGroupReference
    let logs: CloudWatchLogs
    let filterPattern: String?
    let pace: RegionPace

    func page(_ query: Query, token: String?) async throws(ReadFailure) -> Page {
        var input = CloudWatchLogs.FilterLogEventsInput(
            startTime: max(0, query.start), endTime: query.end, filterPattern: filterPattern, nextToken: token,
            limit: query.limit, startFromHead: query.newestFirst ? false : nil)
        if let arn = group.arn { input.logGroupIdentifier = arn } else { input.logGroupName = group.name }
        while true {
            do throws(AWSError) {
                let sent = pace.localNow
                let output = try await logs.filterLogEvents(input, deadline: .after(Self.patience))
                pace.answered(output, sent: sent)
                return Page(lines: lines(output.events ?? []), token: output.nextToken)
            } catch {
                try await afterward(error, hasToken: token != nil)
            }
        }
    }

    /// Waits where that may help, or throws.
    private func afterward(_ error: AWSError, hasToken: Bool) async throws(ReadFailure) {
        let problem = error.problem
        guard !Task.isCancelled else { throw .cancelled }
        switch problem.kind {
        case .cancelled: throw .cancelled
        case .throttled, .unreachable, .timedOut: break
        case .notFound: throw .missing(problem)
        case .failed where (error.status ?? 0) >= 500: break
        // AWS says only that the token is invalid; of it alone is known that it was good before.
        case .failed where error.code == "InvalidParameterException" && hasToken: throw .tokenRefused(problem)
        case .failed where error.code == "InvalidParameterException" && filterPattern != nil:
            throw .final(Self.withPatterns(problem))
        case .failed where error.code == "InvalidOperationException": throw .final(Self.wrongClass(group, problem))
        default: throw .final(problem)
        }
        let wait = pace.refused(problem, group: group.name)
        do { try await Task.sleep(for: .milliseconds(wait)) } catch { throw .cancelled }
    }

    /// What is refused of a call with a pattern is nearly always the pattern, and AWS says what is wrong with it, not how it
    /// would be right.
    private static func withPatterns(_ problem: Problem) -> Problem {
        var problem = problem
        problem.hint = """
            write the pattern like 'ERROR', '"timed out"' or '{ $.level = "ERROR" }'; a regular expression is for --include
            """
        return problem
    }

    /// AWS answers this for groups of a class other than STANDARD.
    private static func wrongClass(_ group: LogGroupReference, _ problem: Problem) -> Problem {
        Problem(
            .usage, "\(group.name) in \(group.region) cannot be followed or filtered", cause: problem.cause,
            hint: "groups of the class INFREQUENT_ACCESS answer only queries of Logs Insights: aws logs start-query")
    }

    private func lines(_ events: [CloudWatchLogs.LogEvent]) -> [LogLine] {
        events.compactMap { event in
            guard let timestamp = event.timestamp else { return nil }
            return LogLine(
                region: group.region, group: group.name, stream: event.logStreamName ?? "", id: event.eventID,
                timestamp: timestamp, ingestionTime: event.ingestionTime ?? timestamp, message: event.message ?? "")
        }
    }
}
