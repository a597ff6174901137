import ArgumentParser
import Basics
import Canary

/// What makes a canary fit for cron: a memory, a rhythm, and silence while all is well.
struct CanaryWatchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Remember events that have not come, and the runs before this one, in this file; one run at a time.",
            valueName: "file"))
    var state: String?

    @Option(
        help: ArgumentHelp(
            "Change the verdict only when so many of the last runs agree, such as 2/3; the same to recover. Takes --state.",
            valueName: "m/n"))
    var alertAfter: CanaryAlertPolicy?

    @Option(
        help: ArgumentHelp(
            "How often it is run: by cron, or with --count or --duration by itself. A run must end before the next begins.",
            valueName: "time"))
    var interval: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "Begin within this time, each host at its own moment, always the same, so that not all begin at once.",
            valueName: "time"))
    var jitter: DurationArgument?

    @Flag(name: [.customShort("q"), .long], help: "Print nothing while all is well; a change for the better is printed.")
    var quiet = false

    func validate() throws {
        if alertAfter != nil, state == nil {
            throw ValidationError("--alert-after counts the runs before this one, so it takes --state FILE")
        }
        if state?.isEmpty == true { throw ValidationError("--state takes a file") }
    }

    /// Holds the times of a run against each other, before anything is done.
    ///
    /// - Parameter outputs: how long sending the results may take.
    func check(timeout: Duration, outputs: Duration, diagnosis: Duration = .zero) throws(Problem) {
        guard let interval = interval?.duration else { return }
        let jitter = jitter?.duration ?? .zero
        let longest = jitter + timeout + outputs + diagnosis
        guard longest >= interval else { return }
        let parts = [
            (jitter, "--jitter \(jitter.text)"), (timeout, "--timeout \(timeout.text)"), (outputs, "\(outputs.text) for sending"),
            (diagnosis, "\(diagnosis.text) for naming the cause"),
        ].filter { $0.0 > .zero }.map(\.1)
        let room = interval - jitter - outputs - diagnosis - .seconds(1)
        let shorter = room >= .seconds(1) ? "--timeout \(room.wholeSeconds.text) or " : ""
        throw Problem(
            .usage,
            "a run could last into the next one: \(parts.joined(separator: " and ")) is not below --interval \(interval.text)",
            hint: "take \(shorter)--interval \((longest + .seconds(1)).text)")
    }
}

extension CanaryAlertPolicy: ExpressibleByArgument {
    init?(argument: String) { self.init(text: argument) }
}
