import AWS
import Basics
import FoundationEssentials
import TestSupport
import Testing

/// Each test has a transport of its own, so that connections can be counted.
@Suite struct TransportTests {
    let transport = HTTPTransport()
    let soon = Deadline.after(.seconds(120))

    @Test func sendsWhatWasAskedAndReadsTheWholeAnswer() async throws {
        try await LoopbackServer.run { request in
            .answer(status: 207, headers: [("X-One", "1"), ("x-one", "2")], body: request.body)
        } _: { server in
            let body = Data("hello ሴ".utf8)
            let response = try await transport.send(
                HTTPRequest(
                    method: "PUT", url: "\(server.url)/a/./b//c%20d?q=1&q", headers: ["X-Empty": "", "X-Mine": "v"],
                    body: body),
                deadline: soon)
            #expect(response.status == 207)
            #expect(response.body == body)
            #expect(response.headers["X-ONE"] == "1")
            let request = try #require(server.record.requests.first)
            #expect(request.method == "PUT")
            #expect(request.target == "/a/./b//c%20d?q=1&q")
            #expect(request["x-mine"] == "v")
            #expect(request["X-Empty"] == "")
            #expect(request["Expect"] == nil)
            #expect(request["Content-Type"] == nil)
            #expect(request["Accept"] == nil)
        }
    }

    @Test(arguments: ["GET", "POST", "DELETE", "HEAD"]) func methodsWithoutABody(method: String) async throws {
        try await LoopbackServer.run { _ in
            .answer(status: 200)
        } _: { server in
            let response = try await transport.send(HTTPRequest(method: method, url: server.url), deadline: soon)
            #expect(response.status == 200)
            #expect(server.record.requests.map(\.method) == [method])
        }
    }

    @Test func connectionsAreUsedAgain() async throws {
        try await LoopbackServer.run { _ in
            .json("{}")
        } _: { server in
            for _ in 0..<20 { _ = try await transport.send(HTTPRequest(url: server.url), deadline: soon) }
            #expect(server.record.requests.count == 20)
            #expect(server.record.connections == 1)
        }
    }

    @Test func manyAtOnceAllComeBack() async throws {
        try await LoopbackServer.run {
            .json($0.target)
        } _: { server in
            let transport = transport
            let soon = soon
            let answers = await Array(0..<200).boundedMap(limit: 32) { number in
                let response = try? await transport.send(HTTPRequest(url: "\(server.url)/\(number)"), deadline: soon)
                return response.map { String(decoding: $0.body, as: UTF8.self) }
            }
            #expect(answers == (0..<200).map { "/\($0)" })
            #expect(server.record.connections <= 32)
        }
    }

    @Test func redirectsAreAnswers() async throws {
        try await LoopbackServer.run { _ in
            .answer(status: 302, headers: [("Location", "/elsewhere")])
        } _: { server in
            let response = try await transport.send(HTTPRequest(url: server.url), deadline: soon)
            #expect(response.status == 302)
            #expect(server.record.requests.count == 1)
        }
    }

    @Test func aServerThatHangsEndsAtTheDeadline() async throws {
        try await LoopbackServer.run { _ in
            .hang
        } _: { server in
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(HTTPRequest(url: server.url), deadline: .after(.milliseconds(80)))
            }
            #expect(error?.kind == .timedOut)
            #expect(error?.problem.kind == .timedOut)
            await server.wait { $0.closedByClient == 1 }
        }
    }

    @Test func aDeadlineThatHasPassedSendsNothing() async throws {
        try await LoopbackServer.run { _ in
            .json("{}")
        } _: { server in
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(HTTPRequest(url: server.url), deadline: .after(.seconds(-1)))
            }
            #expect(error?.kind == .timedOut)
            #expect(server.record.connections == 0)
        }
    }

    @Test func cancellingTakesTheRequestOffTheWire() async throws {
        try await LoopbackServer.run { _ in
            .hang
        } _: { server in
            let transport = transport
            let result = await withTaskGroup(of: TransportError?.self) { group in
                group.addTask {
                    do throws(TransportError) {
                        // No deadline at all: only cancelling can end this.
                        _ = try await transport.send(HTTPRequest(url: server.url), deadline: nil)
                        return nil
                    } catch { return error }
                }
                await server.wait { $0.requests.count == 1 }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(result?.kind == .cancelled)
            await server.wait { $0.closedByClient == 1 }
        }
    }

    @Test func aTaskCancelledBeforehandSendsNothingAndEnds() async throws {
        try await LoopbackServer.run { _ in
            .hang
        } _: { server in
            let transport = transport
            let kind = await withTaskGroup(of: TransportError.Kind?.self) { group in
                group.cancelAll()
                group.addTask {
                    do throws(TransportError) {
                        _ = try await transport.send(HTTPRequest(url: server.url), deadline: nil)
                        return nil
                    } catch { return error.kind }
                }
                return await group.next() ?? nil
            }
            #expect(kind == .cancelled)
        }
    }

    @Test func aConnectionCutInMidBodyIsInterrupted() async throws {
        let half = Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this".utf8)
        try await LoopbackServer.run { _ in
            .raw(half)
        } _: { server in
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(HTTPRequest(url: server.url), deadline: soon)
            }
            #expect(error?.kind == .interrupted)
            #expect(error?.problem.kind == .unreachable)
        }
    }

    @Test func nobodyListeningIsUnreachable() async throws {
        // A port that was free a moment ago: bound, then closed.
        let port = try await LoopbackServer.run({ _ in .hang }, { $0.port })
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(HTTPRequest(url: "http://127.0.0.1:\(port)"), deadline: soon)
        }
        #expect(error?.kind == .unreachable)
        #expect(error?.problem.summary == "nobody answers at 127.0.0.1:\(port)")
        #expect(error?.problem.cause?.isEmpty == false)
    }

    @Test(arguments: [
        "ftp://example.com", "example.com", "https://", "http://user:pw@127.0.0.1:1", "http://127.0.0.1:99999", "",
    ])
    func whatIsNoURLIsRefused(url: String) async {
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(HTTPRequest(url: url), deadline: soon)
        }
        #expect(error?.kind == .malformed)
        #expect(error.map { "\($0)".contains("pw") } == false)
    }

    @Test func headersCannotBeSmuggled() async {
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(
                HTTPRequest(url: "http://127.0.0.1:1", headers: ["X-A": "1\r\nX-B: 2"]), deadline: soon)
        }
        #expect(error?.kind == .malformed)
    }

    @Test func streamsComeInPiecesAndSlowReadersSlowThem() async throws {
        let size = 4 << 20
        try await LoopbackServer.run { _ in
            .answer(status: 200, body: [UInt8](repeating: 7, count: size))
        } _: { server in
            let (total, largest) = try await transport.withStream(HTTPRequest(url: server.url), deadline: soon) {
                stream in
                #expect(stream.status == 200)
                var total = 0
                var largest = 0
                for try await piece in stream.body {
                    total += piece.count
                    largest = max(largest, piece.count)
                    await Task.yield()
                }
                return (total, largest)
            }
            #expect(total == size)
            #expect(largest <= 256 << 10)
        }
    }

    @Test func leavingAStreamEarlyClosesIt() async throws {
        try await LoopbackServer.run { _ in
            .answer(status: 200, body: [UInt8](repeating: 7, count: 32 << 20))
        } _: { server in
            try await transport.withStream(HTTPRequest(url: server.url), deadline: nil) { stream in
                var iterator = stream.body.makeAsyncIterator()
                _ = try await iterator.next()
            }
            await server.wait { $0.closedByClient == 1 }
        }
    }

    @Test func aStreamThatIsCutThrows() async throws {
        let half = Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this".utf8)
        try await LoopbackServer.run { _ in
            .raw(half)
        } _: { server in
            await #expect(throws: TransportError.self) {
                try await transport.withStream(HTTPRequest(url: server.url), deadline: soon) { stream in
                    for try await _ in stream.body {}
                }
            }
        }
    }

    @Test func aClosedTransportLeavesNoThreadBehind() async throws {
        try await LoopbackServer.run { _ in
            .json("{}")
        } _: { server in
            var transport: HTTPTransport? = HTTPTransport()
            _ = try await transport?.send(HTTPRequest(url: server.url), deadline: soon)
            transport = nil
            // Its kept connection is closed with it.
            await server.wait { $0.closedByClient == 1 }
        }
    }

    /// A gzip member that holds the text as it is (RFC 1951, section 3.2.4), so that the test needs no packer.
    static func gzip(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        func little(_ value: some FixedWidthInteger) -> [UInt8] { Frame.number(value).reversed() }
        let block = [1] + little(UInt16(bytes.count)) + little(~UInt16(bytes.count)) + bytes
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + block + little(Frame.checksum(bytes))
            + little(UInt32(bytes.count))
    }

    @Test func packedAnswersAreAskedForAndUnpacked() async throws {
        let text = #"{"a":"ሴ"}"#
        try await LoopbackServer.run { _ in
            .answer(status: 200, headers: [("Content-Encoding", "gzip")], body: Self.gzip(text))
        } _: { server in
            let response = try await transport.send(HTTPRequest(url: server.url), deadline: soon)
            #expect(String(decoding: response.body, as: UTF8.self) == text)
            #expect(server.record.requests.first?["Accept-Encoding"] == "gzip")
        }
    }

    @Test func damagedPackingIsAnInterruption() async throws {
        try await LoopbackServer.run { _ in
            .answer(status: 200, headers: [("Content-Encoding", "gzip")], body: Array("no gzip".utf8))
        } _: { server in
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(HTTPRequest(url: server.url), deadline: soon)
            }
            #expect(error?.kind == .interrupted)
        }
    }

    @Test func everyHostHasConnectionsOfItsOwn() async throws {
        let reply: LoopbackServer.Handler = { .json($0.target) }
        try await LoopbackServer.run(reply) { one in
            try await LoopbackServer.run(reply) { other in
                for number in 0..<10 {
                    for server in [one, other] {
                        let response = try await transport.send(
                            HTTPRequest(url: "\(server.url)/\(number)"), deadline: soon)
                        #expect(response.body == Data("/\(number)".utf8))
                    }
                }
                #expect([one.record.connections, other.record.connections] == [1, 1])
            }
        }
    }
}
