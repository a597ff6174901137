// Usage: tail-history URL GROUPS. Reads a history to its end and prints one JSON line: what was read, how long it took.
import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Glibc
import Synchronization
import Tailing

/// CPU seconds of the whole process so far.
func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// The most memory held at any time, in MiB.
func peakMemory() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
}

let arguments = CommandLine.arguments
guard arguments.count == 3, let groups = Int(arguments[2]) else { fatalError("usage: tail-history URL GROUPS") }

let credentials = AWSCredentials(
    accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
var configuration = AWSClient.Configuration(credentials: StaticCredentials(credentials), region: "us-east-1")
configuration.endpoints = EndpointSettings(override: arguments[1])
// The server has no quota: what is measured is the work, not the waiting.
configuration.quotaShare = 1000
let tail = LogTail(
    clients: ["us-east-1": AWSClient(configuration)],
    options: TailOptions(
        groups: (0..<groups).map { LogGroupReference(region: "us-east-1", name: "g\($0)") },
        window: TailWindow(start: 1_700_000_000_000, end: 1_799_999_999_999)))

struct Counts {
    var bytes = 0
    var late = 0
}
let counts = Mutex(Counts())
let began = ContinuousClock.now
let state = try await tail.run(stop: StopSignal()) { events, _ in
    counts.withLock { counts in
        for case .line(let line) in events {
            counts.bytes += line.message.utf8.count
            counts.late += line.isLate ? 1 : 0
        }
    }
}
let wall = (ContinuousClock.now - began).seconds
let cpu = cpuSeconds()
print(
    #"{"events":\#(state.shown),"late":\#(counts.withLock { $0.late }),"bytes":\#(counts.withLock { $0.bytes }),"seconds":\#(wall),"cpu_seconds":\#(cpu),"peak_mib":\#(peakMemory())}"#
)
