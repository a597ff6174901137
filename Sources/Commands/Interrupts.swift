import Basics
import Dispatch
import Terminal

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Turns the first Ctrl-C (or SIGTERM) into a request to stop while `body` runs; a second one ends the process at once.
func withInterrupts<Result>(_ body: (StopSignal) async throws -> Result) async rethrows -> Result {
    let stop = StopSignal()
    let sources = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number)
        source.setEventHandler {
            if stop.isRequested {
                // The code a shell gives a program that the signal ended. Raising it here would not do: this thread
                // belongs to Dispatch, which blocks signals.
                AlternateScreen.abandon()
                _exit(128 + number)
            }
            stop.request()
        }
        source.resume()
        return (number, source)
    }
    defer {
        for (number, source) in sources {
            source.cancel()
            signal(number, SIG_DFL)
        }
    }
    return try await body(stop)
}
