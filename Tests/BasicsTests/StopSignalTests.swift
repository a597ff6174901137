import Basics
import Testing

@Suite struct StopSignalTests {
    @Test func aStopCancelsTheBodyAndReturnsWhatItHad() async {
        let stop = StopSignal()
        let wasCancelled = await stop.run {
            stop.request()
            while !Task.isCancelled { await Task.yield() }
            return true
        }
        #expect(wasCancelled)
        #expect(!Task.isCancelled, "what comes after, clean-up for one, goes on undisturbed")
    }

    @Test func aBodyThatEndsNeedsNoStop() async {
        #expect(await StopSignal().run { 7 } == 7)
    }

    @Test func waitingForAStopThatHappenedIsOverAtOnce() async {
        let stop = StopSignal()
        stop.request()
        stop.request()
        await stop.wait()
        #expect(stop.isRequested)
    }
}
