import Basics
import Canary
import FoundationEssentials
import TaskSystem
import Terminal
import Views

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One run of the canary with everything around it: its place in time, its memory, and where its result goes.
struct CanaryWork {
    let command: CanaryCommand
    let session: Session
    let environment: Environment

    private var console: Console { environment.console }

    /// - Returns: the exit code.
    func run(_ stop: StopSignal) async throws -> Int32 {
        let options = command.options(session)
        let sending = command.outputs.sends(environment.variables) ? CanaryOutputOptions.patience : .zero
        try command.watch.check(timeout: options.timeout, outputs: sending, diagnosis: options.overrun)
        let ping = try command.outputs.pingURL(environment.variables).map { PingTarget($0) }
        await pause(stop)
        do {
            return try await probed(options, ping, sending: sending, stop)
        } catch {
            // Whoever waits for a ping must not take silence for a run that has not come yet.
            if let held = error as? CanaryLock.Held, !held.isStuck { throw held.problem }
            let problem = (error as? CanaryLock.Held)?.problem ?? (error as? Problem)
            let lost = await ping?.send(
                .fail, reason: problem?.description ?? "\(error)", deadline: .after(CanaryOutputOptions.patience))
            if let lost { console.say(ProblemView.line(lost)) }
            throw problem ?? error
        }
    }

    private func probed(
        _ options: CanaryOptions, _ ping: PingTarget?, sending: Duration, _ stop: StopSignal
    ) async throws -> Int32 {
        let keeper = try keeper(options, sending: sending)
        defer { keeper?.release() }
        async let began = ping?.send(.start, deadline: .after(CanaryOutputOptions.patience))
        let deadline = Deadline.after(options.timeout)
        let probe = try await command.canary(
            session, diagnosing: Diagnosing(session, in: environment), deadline: deadline)
        var (report, traces) = await console.withProgress { progress in
            await probe.run(
                asking: keeper?.questions(session.regions.map(\.region), at: LocalClock.milliseconds) ?? [:],
                deadline: deadline, stop: stop
            ) { progress.show(CanaryView.progress($0)) }
        }
        report.watch = keeper?.take(traces, at: LocalClock.milliseconds, command.watch.alertAfter)
        for problem in keeper?.remarks ?? [] { console.say(ProblemView.line(problem)) }
        for note in report.watch?.notes ?? [] { console.say(CanaryWatchView.line(note, file: command.watch.state ?? "")) }
        let outputs = CanaryOutputs(options: command.outputs, session: session, ping: ping, host: Self.host)
        for problem in await outputs.send(report, at: LocalClock.milliseconds, began: await began) {
            console.say(ProblemView.line(problem))
        }
        // A run that was broken off has no say in the verdict, and does not hide behind it.
        let verdict = stop.isRequested ? report.outcome : report.verdict
        if !command.watch.quiet || verdict != .ok || report.watch?.hasChanged == true {
            console.print(try rendered(report, options))
        }
        return CanaryCommand.code(of: verdict)
    }

    private func rendered(_ report: CanaryReport, _ options: CanaryOptions) throws -> [StyledText] {
        switch command.outputs.output {
        case .text: CanaryView.lines(report, on: console.output)
        case .json: [StyledText(try JSONView.document(report))]
        case .nagios: [StyledText(CanaryNagios.line(report, slowAfter: options.slowAfter, timeout: options.timeout))]
        case .emf: try CanaryEMF.lines(report, at: LocalClock.milliseconds).map { StyledText($0) }
        }
    }

    // MARK: -

    static var host: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Waits for this host's own moment.
    private func pause(_ stop: StopSignal) async {
        guard let jitter = command.watch.jitter?.duration else { return }
        let offset = StableOffset.of([Self.host, session.stack.name], within: jitter)
        await stop.run { try? await Task.sleep(for: offset) }
    }

    /// - Returns: nil without `--state`, and where its file cannot be used: then this run decides alone.
    private func keeper(_ options: CanaryOptions, sending: Duration) throws -> CanaryKeeper? {
        guard let state = command.watch.state else { return nil }
        let now = LocalClock.milliseconds
        do {
            return try CanaryKeeper(
                state, stack: session.stack.name, host: Self.host, now: now,
                endsBy: now + Int64((options.timeout + options.overrun + sending).milliseconds) + 1000)
        } catch let problem as Problem {
            console.say(ProblemView.line(problem))
            return nil
        }
    }
}
