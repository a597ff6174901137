import AWS
import Basics

/// Which groups of a Region fit a pattern, and what their ARNs are.
struct GroupFinder: Sendable {
    struct Found: Sendable {
        var group: LogGroupReference
        /// Without `:*`.
        var arn: String?
        /// FilterLogEvents and StartLiveTail take the STANDARD class alone.
        var isStandard: Bool
        /// Nil keeps events for ever.
        var retentionInDays: Int?
    }

    let region: String
    let logs: CloudWatchLogs
    let pace: RegionPace

    /// - Throws: what waiting does not help against.
    func groups(matching pattern: LogGroupReference) async throws(Problem) -> [Found] {
        var found: [Found] = []
        var token: String?
        let prefix = pattern.isPattern ? pattern.fixedPrefix : pattern.name
        repeat {
            let page = try await page(prefix, token)
            for group in page.logGroups ?? [] {
                guard let name = group.logGroupName, pattern.matches(name) else { continue }
                let arn = group.logGroupARN ?? group.arn.map { $0.hasSuffix(":*") ? String($0.dropLast(2)) : $0 }
                found.append(
                    Found(
                        group: LogGroupReference(region: region, name: name), arn: arn,
                        isStandard: group.logGroupClass.map { $0 == .standard } ?? true, retentionInDays: group.retentionInDays))
            }
            token = page.nextToken
        } while token != nil && !Task.isCancelled
        return found
    }

    private func page(_ prefix: String, _ token: String?) async throws(Problem) -> CloudWatchLogs.DescribeLogGroupsOutput {
        while true {
            do throws(AWSError) {
                return try await logs.describeLogGroups(
                    .init(logGroupNamePrefix: prefix.isEmpty ? nil : prefix, nextToken: token, limit: 50),
                    deadline: .after(GroupReader.patience))
            } catch {
                let problem = error.problem
                switch problem.kind {
                case .throttled, .unreachable, .timedOut: break
                case .failed where (error.status ?? 0) >= 500: break
                default: throw problem
                }
                let wait = pace.refused(problem, group: prefix)
                do { try await Task.sleep(for: .milliseconds(wait)) } catch {
                    throw Problem(.cancelled, "looking for log groups in \(region) was cancelled")
                }
            }
        }
    }
}
