import FoundationEssentials
import Testing

@testable import AWS

/// The states of a transfer without curl, sockets or tasks.
@Suite struct TransferStateTests {
    func receive(_ state: inout TransferState, _ count: Int) -> TransferState.Intake {
        [UInt8](repeating: 1, count: count).withUnsafeBytes { state.receive($0) }
    }

    @Test func aStreamPausesWhileItsReaderIsBehind() {
        var state = TransferState(capacity: 10, pauses: true)
        #expect(receive(&state, 6) == .taken)
        #expect(receive(&state, 6) == .pause)
        #expect(state.waiting.count == 6)
        let taken = state.take()
        #expect(taken.bytes.count == 6)
        #expect(taken.resumes)
        #expect(receive(&state, 6) == .taken)
        #expect(!state.take().resumes)
    }

    @Test func aPieceLargerThanTheBufferStillComesThrough() {
        var state = TransferState(capacity: 10, pauses: true)
        #expect(receive(&state, 16) == .taken)
        #expect(receive(&state, 1) == .pause)
    }

    @Test func aWholeAnswerThatIsTooLargeIsRefused() {
        var state = TransferState(capacity: 10, pauses: false)
        #expect(receive(&state, 10) == .taken)
        #expect(receive(&state, 1) == .refused)
        #expect(!state.isPaused)
    }

    @Test func theFirstEndHolds() throws {
        var state = TransferState(capacity: 10, pauses: false)
        state.finish(.success(()))
        state.finish(.failure(TransportError(kind: .cancelled, host: "h", port: nil, detail: "")))
        #expect(throws: Never.self) { try state.end?.get() }
        #expect(receive(&state, 1) == .refused)
    }
}
