import Glibc
import Synchronization

/// A tiny HTTP/1.1 server on 127.0.0.1, for tests that need a real socket: it answers, stalls or breaks off as told,
/// counts connections, and lets a test wait for what happened instead of sleeping.
package final class LoopbackServer: Sendable {
    package struct Request: Sendable {
        package var method: String
        /// Path and query as sent.
        package var target: String
        package var headers: [(name: String, value: String)]
        package var body: [UInt8]
        /// Which accepted connection it came over, from 1.
        package var connection: Int

        package subscript(header: String) -> String? {
            headers.first { $0.name.lowercased() == header.lowercased() }?.value
        }
    }

    package enum Reply: Sendable {
        case answer(status: Int, headers: [(String, String)] = [], body: [UInt8] = [])
        /// Bytes as they are, then the connection is closed.
        case raw([UInt8])
        /// Nothing, until the client goes away.
        case hang
        /// Bytes as they are, then nothing until the client goes away.
        case open([UInt8])

        package static func json(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> Reply {
            .answer(status: status, headers: [("Content-Type", "application/json")] + headers, body: Array(text.utf8))
        }
    }

    package typealias Handler = @Sendable (Request) -> Reply

    /// What has happened so far.
    package struct Record: Sendable {
        package var connections = 0
        /// Connections that ended because the client closed them.
        package var closedByClient = 0
        package var requests: [Request] = []
    }

    private struct State {
        var record = Record()
        var open: Set<Int32> = []
        var isClosed = false
        var waiters: [(condition: @Sendable (Record) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    package let port: Int
    package var address: String { "127.0.0.1:\(port)" }
    package var url: String { "http://\(address)" }
    private let listener: Int32
    private let handler: Handler
    private let state = Mutex(State())

    package var record: Record { state.withLock(\.record) }

    /// Runs a server for the length of a scope.
    @discardableResult
    package static func run<Result>(
        _ handler: @escaping Handler, _ body: (LoopbackServer) async throws -> Result
    ) async throws -> Result {
        let server = try LoopbackServer(handler)
        defer { server.close() }
        return try await body(server)
    }

    package struct SocketError: Error {
        let call: String
        let code = errno
    }

    private init(_ handler: @escaping Handler) throws {
        self.handler = handler
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw SocketError(call: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let fd = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(fd, $0, length) == 0 && listen(fd, 64) == 0 && getsockname(fd, $0, &length) == 0
            }
        }
        guard bound else { throw SocketError(call: "bind") }
        port = Int(UInt16(bigEndian: address.sin_port))
        Self.spawn { self.accept() }
    }

    /// Suspends until the record satisfies the condition.
    package func wait(until condition: @escaping @Sendable (Record) -> Bool) async {
        await withCheckedContinuation { continuation in
            let holds = state.withLock { state in
                if condition(state.record) { return true }
                state.waiters.append((condition, continuation))
                return false
            }
            if holds { continuation.resume() }
        }
    }

    private func note(_ change: (inout Record) -> Void) {
        let ready = state.withLock { state in
            change(&state.record)
            let record = state.record
            let ready = state.waiters.filter { $0.condition(record) }.map(\.continuation)
            state.waiters.removeAll { $0.condition(record) }
            return ready
        }
        for continuation in ready { continuation.resume() }
    }

    private func close() {
        state.withLock { state in
            state.isClosed = true
            shutdown(listener, Int32(SHUT_RDWR))
            for fd in state.open { shutdown(fd, Int32(SHUT_RDWR)) }
        }
    }

    private func accept() {
        while true {
            let fd = Glibc.accept(listener, nil, nil)
            guard fd >= 0 else { break }
            _ = fcntl(fd, F_SETFD, FD_CLOEXEC)
            let isClosed = state.withLock { state in
                if !state.isClosed { state.open.insert(fd) }
                return state.isClosed
            }
            guard !isClosed else {
                Glibc.close(fd)
                break
            }
            note { $0.connections += 1 }
            let number = record.connections
            Self.spawn { self.serve(fd, number) }
        }
        Glibc.close(listener)
    }

    private func serve(_ fd: Int32, _ connection: Int) {
        defer {
            _ = state.withLock { $0.open.remove(fd) }
            Glibc.close(fd)
        }
        var buffer: [UInt8] = []
        while let request = Self.read(fd, &buffer, connection) {
            note { $0.requests.append(request) }
            switch handler(request) {
            case .answer(let status, let headers, let body):
                var head = "HTTP/1.1 \(status) Status\r\nContent-Length: \(body.count)\r\n"
                for (name, value) in headers { head += "\(name): \(value)\r\n" }
                // In one piece: a body sent after its head would wait for the client's delayed acknowledgement.
                guard Self.write(fd, Array((head + "\r\n").utf8) + body) else {
                    note { $0.closedByClient += 1 }
                    return
                }
            case .raw(let bytes):
                _ = Self.write(fd, bytes)
                return
            case .hang:
                waitForTheEnd(fd)
                return
            case .open(let bytes):
                if Self.write(fd, bytes) { waitForTheEnd(fd) }
                return
            }
        }
        note { $0.closedByClient += 1 }
    }

    private func waitForTheEnd(_ fd: Int32) {
        var byte: UInt8 = 0
        while recv(fd, &byte, 1, 0) > 0 {}
        note { $0.closedByClient += 1 }
    }

    private static func read(_ fd: Int32, _ buffer: inout [UInt8], _ connection: Int) -> Request? {
        func fill() -> Bool {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(fd, &chunk, chunk.count, 0)
            guard count > 0 else { return false }
            buffer += chunk[..<count]
            return true
        }
        var end = endOfHead(buffer)
        while end == nil {
            guard fill() else { return nil }
            end = endOfHead(buffer)
        }
        guard let end else { return nil }
        // Bytes, not characters: tests send tens of thousands of requests, and are built without optimisation.
        let lines = buffer[..<end].split(separator: UInt8(ascii: "\n")).map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
        buffer.removeFirst(end + 4)
        let words = lines.first?.split(separator: UInt8(ascii: " ")) ?? []
        guard words.count == 3 else { return nil }
        let headers = lines.dropFirst().map { line -> (name: String, value: String) in
            let name = line.prefix { $0 != UInt8(ascii: ":") }
            let value = line.dropFirst(name.count + 1).drop { $0 == UInt8(ascii: " ") }
            return (String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
        }
        let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
        while buffer.count < length { guard fill() else { return nil } }
        let body = Array(buffer.prefix(length))
        buffer.removeFirst(length)
        return Request(
            method: String(decoding: words[0], as: UTF8.self), target: String(decoding: words[1], as: UTF8.self),
            headers: headers, body: body, connection: connection)
    }

    /// Where the blank line begins that ends a request's head.
    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        let blank: (UInt8, UInt8) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
        return bytes.withUnsafeBufferPointer { all in
            var place = 0
            while place + 3 < all.count {
                if all[place] == blank.0, all[place + 1] == blank.1, all[place + 2] == blank.0, all[place + 3] == blank.1 {
                    return place
                }
                place += 1
            }
            return nil
        }
    }

    private static func write(_ fd: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(fd, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private static func spawn(_ work: @escaping @Sendable () -> Void) {
        final class Box {
            let work: @Sendable () -> Void
            init(_ work: @escaping @Sendable () -> Void) { self.work = work }
        }
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().work()
                return nil
            }, Unmanaged.passRetained(Box(work)).toOpaque())
        precondition(failure == 0, "no thread for the test server")
        pthread_detach(thread)
    }
}
