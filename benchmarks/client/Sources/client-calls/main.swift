// Usage: client-calls URL CALLS IN_FLIGHT SIGNATURES. Prints one JSON line; its peer, client_peer.py, prints the same.
import AWS
import AWSSigning
import Basics
import FoundationEssentials
import Glibc

/// CPU seconds of the whole process so far.
func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

let arguments = CommandLine.arguments
guard arguments.count == 5, let calls = Int(arguments[2]), let inFlight = Int(arguments[3]),
    let signatures = Int(arguments[4])
else { fatalError("usage: client-calls URL CALLS IN_FLIGHT SIGNATURES") }

let credentials = AWSCredentials(
    accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    sessionToken: Secret("session"))
var configuration = AWSClient.Configuration(credentials: StaticCredentials(credentials), region: "us-east-1")
configuration.endpoints = EndpointSettings(override: arguments[1])
let events = AWSClient(configuration).eventBridge("us-east-1")
let input = EventBridge.PutEventsInput(entries: [
    .init(
        source: "task.management", detailType: "Task Created", detail: #"{"eventType":"task.created","n":1}"#,
        eventBusName: "task-events-dev")
])

@Sendable func callMany(_ count: Int) async -> Int {
    await Array(0..<count).boundedMap(limit: inFlight) { _ in
        (try? await events.putEvents(input, deadline: .after(.seconds(30))))?.entries.first?.eventID
    }.count { $0 == nil }
}

// Connections, caches and code pages are there before anything is counted, on both sides.
var failed = await callMany(inFlight * 4)
let cpuBefore = cpuSeconds()
let began = ContinuousClock.now
failed += await callMany(calls)
let wall = (ContinuousClock.now - began).seconds
let cpu = cpuSeconds() - cpuBefore
precondition(failed == 0, "\(failed) calls failed")

let signer = SigV4(credentials: credentials, region: "us-east-1", service: "events")
let body = try AWSJSON.encode(input)
let fields = [
    ("Host", "events.us-east-1.amazonaws.com"), ("Content-Type", "application/x-amz-json-1.1"),
    ("X-Amz-Target", "AWSEvents.PutEvents"),
]
let date = Date()
let signingBefore = cpuSeconds()
for _ in 0..<signatures {
    _ = signer.sign(SignableRequest(method: "POST", path: "/", headers: fields, body: body), at: date)
}
let signing = cpuSeconds() - signingBefore
print(
    #"{"calls_per_second":\#(Double(calls) / wall),"cpu_us_per_call":\#(cpu / Double(calls) * 1e6),"signatures_per_second":\#(Double(signatures) / signing)}"#
)
