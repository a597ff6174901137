import Basics
import Canary
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The state file of one run: read at its beginning, replaced at its end, locked in between.
///
/// What is wrong with the file is a sentence beside the probe's verdict, never instead of it.
final class CanaryKeeper {
    private let path: String
    private let host: String
    private let lock: CanaryLock
    private var memory: CanaryMemory
    /// What could be said about the file, for standard error.
    private(set) var remarks: [Problem] = []

    /// - Parameter endsBy: when this run ends at the latest, for whoever comes upon its lock.
    /// - Throws: ``CanaryLock/Held``, or ``Problem`` when there is no remembering with this file; it was left alone.
    init(_ path: String, stack: String, host: String, now: Int64, endsBy: Int64) throws {
        (self.path, self.host) = (path, host)
        lock = try CanaryLock(beside: path, .init(pid: getpid(), host: host, startedAt: now, endsBy: endsBy), now: now)
        let (read, remark) = try Self.read(path, stack: stack, host: host, now: now)
        memory = read
        if let remark { remarks.append(remark) }
        if let killed = lock.killed {
            remarks.append(
                Problem(
                    .failed, "the run that began at \(killed.startedAt.iso8601) ended without finishing",
                    cause: "process \(killed.pid) on \(killed.host) was killed",
                    hint: "its row, if it has one, is removed by a run an hour from then"))
        }
    }

    /// What to ask each Region's database about earlier runs.
    func questions(_ regions: [String], at now: Int64) -> [String: CanaryPast.Question] {
        Dictionary(uniqueKeysWithValues: regions.map { ($0, memory.question(in: $0, at: now)) })
    }

    /// Takes in the run and writes the file. The lock is given back by ``release()``, after the outputs.
    func take(_ traces: [CanaryTrace], at now: Int64, _ policy: CanaryAlertPolicy?) -> CanaryWatch {
        let watch = memory.take(traces, by: host, at: now, policy)
        do {
            try ReplacedFile.write(CanaryMemoryText.bytes(of: memory), to: path)
        } catch {
            remarks.append((error as? Problem) ?? Problem(.defect, "\(error)", hint: "please report this"))
        }
        return watch
    }

    func release() { lock.release() }

    // MARK: -

    /// - Returns: the memory, and what to say of a file that was set aside.
    /// - Throws: ``Problem`` for a file that is not to be touched.
    private static func read(
        _ path: String, stack: String, host: String, now: Int64
    ) throws -> (CanaryMemory, Problem?) {
        let fresh = CanaryMemory(stack: stack, host: host, at: now)
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return (fresh, nil) }
        guard !isFolder, let data = FileManager.default.contents(atPath: path) else {
            throw Problem(
                .configuration, "the state file \(path) cannot be read, so this run remembers nothing",
                hint: "name a file that this user may read and replace: --state FILE")
        }
        do throws(CanaryMemoryText.Unreadable) {
            return (try CanaryMemoryText.memory(from: data, stack: stack), nil)
        } catch {
            switch error {
            case .damaged: return (fresh, try setAside(path, now: now))
            case .newer(let version):
                throw Problem(
                    .configuration, "the state file \(path) is of a newer taskops, so this run remembers nothing",
                    cause: "its version is \(version), and it was left alone",
                    hint: "update taskops on \(host), or give each its own state file")
            case .foreign:
                throw Problem(
                    .configuration, "\(path) is no state file of taskops canary, so this run remembers nothing",
                    cause: "it was left alone", hint: "name another file: --state FILE")
            case .otherStack(let other):
                throw Problem(
                    .configuration, "the state file \(path) is of stack \(other), so this run remembers nothing",
                    cause: "it was left alone", hint: "give each stack its own state file")
            }
        }
    }

    /// Keeps what is left of a damaged file under another name: somebody may want to look at it.
    private static func setAside(_ path: String, now: Int64) throws -> Problem {
        var name = "\(path).damaged-\(now.iso8601)"
        var number = 1
        // A link cannot take the place of what is there already.
        while link(path, name) != 0 {
            guard errno == EEXIST, number < 100 else {
                throw Problem(
                    .configuration, "the state file \(path) is damaged and could not be set aside, so this run remembers nothing",
                    cause: String(cString: strerror(errno)), hint: "move it away: mv \(path) \(name)")
            }
            number += 1
            name = "\(path).damaged-\(now.iso8601)-\(number)"
        }
        unlink(path)
        return Problem(
            .configuration, "the state file \(path) is damaged: the runs before this one are forgotten",
            cause: "it is not whole; it was set aside as \(name)", hint: "look at it, then delete it")
    }
}
