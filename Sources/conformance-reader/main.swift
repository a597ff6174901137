// Reads answers of AWS with the console's own client, for `make conformance`: one JSON object per line comes in, one goes
// out. It serves each answer on loopback and makes the typed call that would have been answered so.
import FoundationEssentials
import Glibc
import Synchronization
import TestSupport

if CommandLine.arguments.dropFirst().first == "--list" {
    for call in TypedCalls.all.keys.sorted() { print(call) }
    exit(0)
}

let current = Mutex(LoopbackServer.Reply.hang)
let serve: LoopbackServer.Handler = { _ in current.withLock(\.self) }
try await LoopbackServer.run(serve) { server in
    while let line = readLine() {
        let answer = try JSONDecoder().decode(GivenAnswer.self, from: Data(line.utf8))
        current.withLock { $0 = answer.reply }
        print(try await Reading.text(of: answer, at: server.url))
    }
}
