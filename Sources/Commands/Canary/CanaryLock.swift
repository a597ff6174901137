import Basics
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One run at a time: a lock beside the state file, with who holds it and until when it should.
///
/// It goes with the process, and the file with the run. A file that is there and locked by nobody was left by a run that
/// was killed.
final class CanaryLock {
    /// What the file says of the run that holds it.
    struct Holder: Sendable, Hashable, Codable {
        var pid: Int32
        var host: String
        /// Milliseconds since 1970.
        var startedAt: Int64
        /// When the run ends at the latest, outputs included.
        var endsBy: Int64
    }

    /// Another run is under way.
    struct Held: Error, Sendable {
        var problem: Problem
        /// It is over its time by far: nobody can wait for it.
        var isStuck: Bool
    }

    private let path: String
    private var file: Int32?
    /// The run that was killed before this one; nil where the last one ended by itself.
    let killed: Holder?

    /// - Throws: ``Held``, or ``Problem`` when no lock can be made there.
    init(beside state: String, _ holder: Holder, now: Int64) throws {
        path = state + ".lock"
        switch FileLock.take(path, mode: 0o644) {
        case .success(let file):
            self.file = file
            let earlier = Self.holder(in: path)
            // A run of this process id is this one's own: nothing of it is left over.
            killed = earlier
            let text = try JSONEncoder.sorted.encode(holder) + Data("\n".utf8)
            ftruncate(file, 0)
            _ = text.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
        case .failure(.held):
            throw Self.held(state, Self.holder(in: path), host: holder.host, now: now)
        case .failure(.failed(let code)):
            throw Problem(
                .configuration, "no lock could be made at \(path)", cause: String(cString: strerror(code)),
                hint: "name a state file in a folder that this user may write to: --state FILE")
        }
    }

    deinit { release() }

    /// Removes the file while it is still locked, so that nobody takes it in between.
    func release() {
        guard let file else { return }
        unlink(path)
        close(file)
        self.file = nil
    }

    private static func holder(in path: String) -> Holder? {
        FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Holder.self, from: $0) }
    }

    private static func held(_ state: String, _ holder: Holder?, host: String, now: Int64) -> Held {
        guard let holder else {
            // It is being written at this moment.
            return Held(
                problem: Problem(.conflict, "another run has just begun with \(state)", hint: "let it end"), isStuck: false)
        }
        let age = Duration.milliseconds(max(0, now - holder.startedAt)).wholeSeconds.text
        let place = holder.host == host ? "process \(holder.pid)" : "process \(holder.pid) on \(holder.host)"
        let over = now - holder.endsBy
        guard over > 0 else {
            return Held(
                problem: Problem(
                    .conflict, "another run with \(state) is under way: \(place), for \(age)",
                    hint: "begin the next one later, or give each its own state file"), isStuck: false)
        }
        return Held(
            problem: Problem(
                .conflict, "a run with \(state) is stuck: \(place), for \(age)",
                cause: "it should have ended \(Duration.milliseconds(over).wholeSeconds.text) ago",
                hint: holder.host == host ? "look at it, then end it: kill \(holder.pid)" : "end it on \(holder.host)"),
            isStuck: true)
    }
}

extension Duration {
    /// Without what is left of a second, for saying how long something has been going on.
    var wholeSeconds: Duration { .seconds(components.seconds) }
}

extension JSONEncoder {
    static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
