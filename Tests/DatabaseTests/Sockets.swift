import Basics
import Dispatch
import FoundationEssentials
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Runs blocking work on a thread of its own: a serial queue has one, while the global queues have as many as there are
/// cores, and a few waiting tests would hold up all others.
func onThread(_ work: @escaping @Sendable () -> Void) {
    DispatchQueue(label: "taskops.tests").async(execute: work)
}

/// Counts across threads.
final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    @discardableResult
    func increment() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

/// Something that happens once, for tests to wait on.
final class Signal: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func fire() { semaphore.signal() }

    /// Waits off the cooperative pool; false when it did not happen in a minute.
    func happened() async -> Bool {
        await withCheckedContinuation { continuation in
            onThread {
                continuation.resume(returning: self.semaphore.wait(timeout: .now() + 60) == .success)
            }
        }
    }
}

func dumped(_ value: some Any) -> String {
    var text = ""
    dump(value, to: &text)
    return text
}

enum CertificateBundles {
    static let system = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]
        .first { FileManager.default.isReadableFile(atPath: $0) }
}

/// A listening socket on loopback. The kernel accepts for it, so a client connects even if nobody ever calls accept.
final class Listener: Sendable {
    let descriptor: Int32
    let port: Int

    init() throws {
        descriptor = Loopback.socket()
        var address = Loopback.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = self.descriptor
        let listening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 64) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard listening else { throw Problem(.failed, "cannot listen on 127.0.0.1") }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    /// Also ends an `accept` that waits.
    func close() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        Loopback.close(descriptor)
    }

    /// Accepts one client, reads what it says first, and answers with these bytes.
    func answerOnce(_ bytes: [UInt8]) {
        onThread { [self] in
            let client = accept(descriptor, nil, nil)
            _ = Loopback.read(client)
            Loopback.write(bytes, to: client)
        }
    }

    /// Returns once a client has connected and sent its first bytes; the client stays connected, and unanswered.
    func acceptAndReadOne() async {
        await withCheckedContinuation { continuation in
            onThread { [self] in
                _ = Loopback.read(accept(descriptor, nil, nil))
                continuation.resume()
            }
        }
    }
}

enum Loopback {
    static func socket() -> Int32 {
        #if canImport(Glibc)
            Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            Darwin.socket(AF_INET, SOCK_STREAM, 0)
        #endif
    }

    static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    static func connect(port: Int) -> Int32 {
        let descriptor = socket()
        var address = address(port: port)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                #if canImport(Glibc)
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                #else
                    Darwin.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                #endif
            }
        }
        return status == 0 ? descriptor : -1
    }

    /// What arrives next; empty at the end of the stream.
    static func read(_ descriptor: Int32) -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        return Array(chunk.prefix(max(0, count)))
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            #if canImport(Glibc)
                let flags = Int32(MSG_NOSIGNAL)
            #else
                let flags: Int32 = 0
            #endif
            let count = Array(rest).withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    static func close(_ descriptor: Int32) {
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }
}
