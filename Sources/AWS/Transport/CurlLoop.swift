// One of the two files that touch libcurl's pointers; the other, CurlTransfer.swift, fills in one easy handle.
import CLibCurl
import FoundationEssentials
import Glibc
import Synchronization

/// libcurl's multi handle and the one thread that runs it. Everything else asks this thread by putting a command into
/// its queue and waking it.
final class CurlLoop: Sendable {
    private enum Command {
        case start(Transfer)
        case cancel(Transfer)
        case resume(Transfer)
        case stop
    }

    private struct Queue {
        var commands: [Command] = []
        var multi: MultiHandle?
    }

    private let queue = Mutex(Queue())

    /// The handle outlives the thread while anybody may still wake it.
    private final class MultiHandle: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer

        init() {
            _ = Self.global
            guard let pointer = curl_multi_init() else { preconditionFailure("libcurl could not start: out of memory") }
            self.pointer = pointer
            _ = shim_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, 64)
            _ = shim_multi_set_long(pointer, CURLMOPT_MAX_HOST_CONNECTIONS, 128)
        }

        deinit { curl_multi_cleanup(pointer) }

        private static let global: Void = {
            // Thread-safe since 7.84; earlier, the first request must not race another library's.
            _ = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        }()
    }

    func start(_ transfer: Transfer) { enqueue(.start(transfer)) }

    /// Takes a transfer off the wire, from any thread, at any time, any number of times.
    func cancel(_ transfer: Transfer) {
        transfer.update { $0.cancel() }
        enqueue(.cancel(transfer))
    }

    func resume(_ transfer: Transfer) { enqueue(.resume(transfer)) }

    func stop() { enqueue(.stop) }

    private func enqueue(_ command: Command) {
        let multi: MultiHandle? = queue.withLock { queue in
            if queue.multi == nil {
                // Only a start needs the thread: what never ran needs no cancelling and no stopping.
                guard case .start = command else { return nil }
                let multi = MultiHandle()
                queue.multi = multi
                Self.spawn(self, multi)
            }
            queue.commands.append(command)
            return queue.multi
        }
        if let multi { curl_multi_wakeup(multi.pointer) }
    }

    private static func spawn(_ loop: CurlLoop, _ multi: MultiHandle) {
        final class Start {
            let loop: CurlLoop
            let multi: MultiHandle
            init(_ loop: CurlLoop, _ multi: MultiHandle) { (self.loop, self.multi) = (loop, multi) }
        }
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                // Signals belong to the program's other threads; blocked here, a broken pipe is an error code.
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_SETMASK, &all, nil)
                start.loop.run(start.multi.pointer)
                return nil
            }, Unmanaged.passRetained(Start(loop, multi)).toOpaque())
        precondition(failure == 0, "no thread for HTTP could be started (error \(failure))")
        pthread_detach(thread)
    }

    /// The thread's whole life.
    private func run(_ multi: UnsafeMutableRawPointer) {
        var running: [ObjectIdentifier: CurlTransfer] = [:]
        var byHandle: [UnsafeMutableRawPointer: CurlTransfer] = [:]
        /// Handles used before keep their TLS sessions, so the next connection is a shorter handshake.
        var idle: [UnsafeMutableRawPointer] = []

        func end(_ transfer: CurlTransfer, _ result: Result<Void, TransportError>) {
            curl_multi_remove_handle(multi, transfer.easy)
            running[ObjectIdentifier(transfer.transfer)] = nil
            byHandle[transfer.easy] = nil
            transfer.release()
            if idle.count < 32 {
                curl_easy_reset(transfer.easy)
                idle.append(transfer.easy)
            } else {
                curl_easy_cleanup(transfer.easy)
            }
            transfer.transfer.update { $0.finish(result) }
        }

        while true {
            for command in queue.withLock({ queue in
                defer { queue.commands = [] }
                return queue.commands
            }) {
                switch command {
                case .start(let transfer):
                    guard !transfer.update({ $0.isCancelled }) else {
                        transfer.update { $0.finish(.failure(transfer.failure(.cancelled, "cancelled"))) }
                        continue
                    }
                    let begun = CurlTransfer(transfer, easy: idle.popLast() ?? curl_easy_init())
                    running[ObjectIdentifier(transfer)] = begun
                    byHandle[begun.easy] = begun
                    if let failure = begun.prepare() {
                        end(begun, .failure(failure))
                    } else {
                        curl_multi_add_handle(multi, begun.easy)
                    }
                case .cancel(let transfer):
                    if let begun = running[ObjectIdentifier(transfer)] {
                        end(begun, .failure(transfer.failure(.cancelled, "cancelled")))
                    }
                case .resume(let transfer):
                    if let begun = running[ObjectIdentifier(transfer)] { curl_easy_pause(begun.easy, 0) }
                case .stop:
                    for begun in running.values {
                        end(begun, .failure(begun.transfer.failure(.cancelled, "the transport was closed")))
                    }
                    for easy in idle { curl_easy_cleanup(easy) }
                    return
                }
            }
            var active: Int32 = 0
            curl_multi_perform(multi, &active)
            var left: Int32 = 0
            while let message = curl_multi_info_read(multi, &left) {
                guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                    let done = byHandle[easy]
                else { continue }
                end(done, done.outcome(shim_message_result(message)))
            }
            // Woken by sockets, by curl's own timers, and by `enqueue`; the hour is only an upper bound.
            curl_multi_poll(multi, nil, 0, 3_600_000, nil)
        }
    }
}
