import Basics
package import FoundationEssentials

/// The bytes of an answer as they arrive, in the pieces they arrive in. Slow readers slow the sender: nothing is read
/// from the connection while more than a little waits here. Read by one task.
package struct HTTPBody: AsyncSequence, Sendable {
    package typealias Element = Data

    let transfer: Transfer
    let loop: CurlLoop
    /// How long nothing may come while the reader waits.
    let silence: Duration?

    package struct AsyncIterator: AsyncIteratorProtocol {
        let transfer: Transfer
        let loop: CurlLoop
        let silence: Duration?

        private enum Step: Sendable {
            case piece(Data, resumes: Bool)
            case end(Result<Void, TransportError>)
        }

        init(_ body: HTTPBody) {
            (transfer, loop, silence) = (body.transfer, body.loop, body.silence)
        }

        package mutating func next() async throws(TransportError) -> Data? {
            let (transfer, loop, silence) = (transfer, loop, silence)
            let step = await withTaskCancellationHandler {
                // What is there already needs no clock beside it.
                if let step = transfer.update(Self.step) { return step }
                let watch = silence.map { silence in
                    transfer.expire(at: .now + silence, on: loop, "nothing came for \(silence)")
                }
                defer { watch?.cancel() }
                return await transfer.wait(for: Self.step)
            } onCancel: {
                loop.cancel(transfer)
            }
            switch step {
            case .piece(let bytes, let resumes):
                if resumes { loop.resume(transfer) }
                return bytes
            case .end(let result):
                try result.get()
                return nil
            }
        }

        @Sendable private static func step(_ state: inout TransferState) -> Step? {
            let piece = state.take()
            if !piece.bytes.isEmpty { return .piece(piece.bytes, resumes: piece.resumes) }
            return state.end.map(Step.end)
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }

    /// All of a body that is expected to be small, such as an error's; what goes beyond `size` is left unread.
    func collect(atMost size: Int, deadline: Deadline) async throws(TransportError) -> Data {
        let watch = transfer.expire(at: deadline.instant, on: loop, "the answer did not end", whateverArrives: true)
        defer { watch.cancel() }
        var collected = Data()
        var pieces = makeAsyncIterator()
        while collected.count < size, let piece = try await pieces.next() { collected.append(piece) }
        return collected.prefix(size)
    }
}
