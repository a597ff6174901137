package import FoundationEssentials

/// The bytes of an answer as they arrive, in the pieces they arrive in. Slow readers slow the sender: nothing is read
/// from the connection while more than a little waits here. Read by one task.
package struct HTTPBody: AsyncSequence, Sendable {
    package typealias Element = Data

    let transfer: Transfer
    let loop: CurlLoop

    package struct AsyncIterator: AsyncIteratorProtocol {
        let transfer: Transfer
        let loop: CurlLoop

        package mutating func next() async throws(TransportError) -> Data? {
            enum Step: Sendable {
                case piece(Data, resumes: Bool)
                case end(Result<Void, TransportError>)
            }
            let (transfer, loop) = (transfer, loop)
            let step = await withTaskCancellationHandler {
                await transfer.wait { state -> Step? in
                    let piece = state.take()
                    if !piece.bytes.isEmpty { return .piece(piece.bytes, resumes: piece.resumes) }
                    return state.end.map(Step.end)
                }
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
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(transfer: transfer, loop: loop)
    }
}
