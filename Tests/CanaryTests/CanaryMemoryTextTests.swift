import Canary
import FoundationEssentials
import Testing

@Suite struct CanaryMemoryTextTests {
    private func memory() -> CanaryMemory {
        var memory = CanaryMemory(stack: "tasks", host: "a", at: 1)
        _ = memory.take(
            [
                CanaryTrace(
                    region: "us-east-1", outcome: .broken, task: "t1",
                    unseen: .init(event: "t1", task: "t1", step: .create, sentAt: 1)),
                CanaryTrace(region: "us-west-2", outcome: .ok, task: "t2", isRemoved: true, past: []),
            ], by: "a", at: 2, CanaryAlertPolicy(text: "2/3"))
        return memory
    }

    @Test func comesBackAsItWas() throws {
        let memory = memory()
        #expect(try CanaryMemoryText.memory(from: CanaryMemoryText.bytes(of: memory), stack: "tasks") == memory)
    }

    @Test func cutOffAtAnyByteItIsDamaged() throws {
        let whole = try CanaryMemoryText.bytes(of: memory())
        for length in 0..<whole.count {
            #expect(throws: CanaryMemoryText.Unreadable.damaged, "\(length)") {
                try CanaryMemoryText.memory(from: whole.prefix(length), stack: "tasks")
            }
        }
    }

    @Test func withAnyByteChangedItIsNotRead() throws {
        let whole = try CanaryMemoryText.bytes(of: memory())
        for index in whole.indices {
            var changed = whole
            changed[index] ^= 0x01
            #expect(throws: CanaryMemoryText.Unreadable.self, "\(index)") {
                try CanaryMemoryText.memory(from: changed, stack: "tasks")
            }
        }
    }

    @Test(arguments: [
        "root:x:0:0::/root:/bin/sh\n", "{\"schemaVersion\":1}", "taskops-canary-prefs 1 2\n{}", "\n", "# HELP up\n",
    ])
    func whatIsNotOursIsSaidToBeForeign(_ text: String) {
        #expect(throws: CanaryMemoryText.Unreadable.foreign) {
            try CanaryMemoryText.memory(from: Data(text.utf8), stack: "tasks")
        }
    }

    @Test func aNewerVersionAndAnotherStackAreNamed() throws {
        #expect(throws: CanaryMemoryText.Unreadable.newer(version: 7)) {
            try CanaryMemoryText.memory(from: Data("taskops-canary-state 7 sha512:00 more\n{}".utf8), stack: "tasks")
        }
        let bytes = try CanaryMemoryText.bytes(of: memory())
        #expect(throws: CanaryMemoryText.Unreadable.otherStack("tasks")) {
            try CanaryMemoryText.memory(from: bytes, stack: "orders")
        }
    }
}
