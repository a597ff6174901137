import FoundationEssentials
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension EndToEnd {
    /// A second stack, in a folder with a space in its name, beside the one the other tests use.
    @Suite struct SandboxLifecycleTests {
        @Test("up twice is harmless, env sets a shell up, and down leaves no process, port or file")
        func upTwiceAndDown() async throws {
            try await SecondStack.with { stack in
                let first = try await stack.run("up")
                #expect(first.exit == 0, "\(first.error)")
                #expect(first.output.contains("127.0.0.1:"))
                #expect(first.lines.last?.contains("taskops --sandbox canary") == true)
                let before = try stack.state()
                let again = try await stack.run("up")
                #expect(again.exit == 0, "\(again.error)")
                #expect(try stack.state() == before)
                #expect(try await stack.run("status").exit == 0)
                #expect(try await stack.canary().exit == 0)

                // A shell of one's own, without --sandbox and without a word of where the stack is.
                let shell = try await Programs.bash(
                    "eval \"$(taskops sandbox env)\" && unset TASKOPS_SANDBOX && cd / && taskops canary && aws sts get-caller-identity",
                    variables: stack.variables)
                #expect(shell.exit == 0, "\(shell.error)")
                #expect(shell.output.contains("2 of 2 Regions ok") && shell.output.contains("user/operator"))

                let ports = try stack.ports()
                #expect(ports.count == 4 && ports.allSatisfy(listens))
                let down = try await stack.run("down")
                #expect(down.exit == 0, "\(down.error)")
                #expect(!ports.contains(where: listens))
                #expect(stack.leftovers().isEmpty)
                #expect(try await stack.run("down").exit == 0, "down twice is harmless")
                let status = try await stack.run("status")
                #expect(status.output.contains("no local stack is up"))
            }
        }

        @Test("a stack whose server was killed is made anew by up, schema and all")
        func killedServer() async throws {
            try await SecondStack.with { stack in
                #expect(try await stack.run("up").exit == 0)
                try stack.kill("server")
                try stack.kill("postgres")
                let status = try await stack.run("status")
                #expect(status.exit == 1)
                #expect((status.output + status.error).contains("taskops sandbox up"))
                let up = try await stack.run("up")
                #expect(up.exit == 0, "\(up.error)")
                let canary = try await stack.canary()
                #expect(canary.exit == 0, "\(canary.output)\(canary.error)")
            }
        }

        @Test("an up that is interrupted half-way leaves nothing that a second up or down would stumble over")
        func interruptedUp() async throws {
            try await SecondStack.with { stack in
                let ended = try await stack.run("up") { running in
                    try await expectSoon("the server is being started") {
                        FileManager.default.fileExists(atPath: stack.directory + "/state.json")
                    }
                    try running.interrupt()
                }
                #expect(ended.exit != 0)
                #expect(try await stack.run("down").exit == 0)
                #expect(stack.leftovers().isEmpty)
                #expect(try await stack.run("up").exit == 0)
                #expect(try await stack.canary().exit == 0)
            }
        }
    }
}

/// Whether somebody answers on the loopback port.
private func listens(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    } == 0
}
