import Dispatch
import FoundationEssentials
import Glibc
import Synchronization

/// A small HTTP/1.1 server on 127.0.0.1 whose answers a test decides, request by request.
final class LoopbackServer: Sendable {
    struct Request: Sendable {
        var method: String
        var path: String
        /// Names in lower case.
        var headers: [String: String]
        var body: Data
    }

    struct Response: Sendable {
        var status: Int
        var headers: [(String, String)] = []
        var body = Data()
    }

    typealias Answer = @Sendable (Request) -> Response

    let port: UInt16
    var address: String { "127.0.0.1:\(port)" }

    private let listener: Int32
    private let inbox = Inbox()

    private final class Inbox: Sendable {
        let requests = Mutex<[Request]>([])
    }

    var requests: [Request] { inbox.requests.withLock { $0 } }

    init(answer: @escaping Answer) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard listener >= 0, bound else { throw POSIXFailure(code: errno) }
        port = UInt16(bigEndian: address.sin_port)
        DispatchQueue(label: "loopback.accept").async { [inbox] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                DispatchQueue(label: "loopback.connection").async {
                    Self.serve(connection) { request in
                        inbox.requests.withLock { $0.append(request) }
                        return answer(request)
                    }
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    struct POSIXFailure: Error { var code: Int32 }

    /// Reads requests off one connection until the client closes it.
    private static func serve(_ connection: Int32, _ answer: (Request) -> Response) {
        defer { close(connection) }
        var buffer: [UInt8] = []
        while let request = read(connection, &buffer) {
            let response = answer(request)
            var head = "HTTP/1.1 \(response.status) Answer\r\nContent-Length: \(response.body.count)\r\n"
            for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
            let bytes = Array((head + "\r\n").utf8) + Array(response.body)
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { return }
                sent += count
            }
        }
    }

    private static func read(_ connection: Int32, _ buffer: inout [UInt8]) -> Request? {
        let blank = Array("\r\n\r\n".utf8)
        var end = buffer.firstRange(of: blank)?.upperBound
        while end == nil {
            guard receive(connection, &buffer) else { return nil }
            end = buffer.firstRange(of: blank)?.upperBound
        }
        guard let end else { return nil }
        let lines = String(decoding: buffer[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while buffer.count < end + length {
            guard receive(connection, &buffer) else { return nil }
        }
        let body = Data(buffer[end..<(end + length)])
        buffer.removeFirst(end + length)
        return Request(method: String(words[0]), path: String(words[1]), headers: headers, body: body)
    }

    private static func receive(_ connection: Int32, _ buffer: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(connection, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }
}
