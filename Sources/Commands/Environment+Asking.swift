import Basics
import Dispatch
import Terminal

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Environment {
    /// Whether somebody sits there who can be asked: questions stand on standard error, answers come from standard input.
    var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// The line typed after a prompt, without blanks around it; nil at the end of input (Ctrl-D).
    func ask(_ prompt: StyledText) async -> String? {
        console.prompt(prompt)
        // A thread of its own: reading the terminal would hold up everybody else on a shared one.
        let line: String? = await withCheckedContinuation { continuation in
            DispatchQueue(label: "taskops.terminal").async { continuation.resume(returning: readLine()) }
        }
        guard let line else {
            console.say("")
            return nil
        }
        let typed = line.drop { $0.isWhitespace }
        return String(typed.dropLast(typed.reversed().prefix { $0.isWhitespace }.count))
    }

    /// Said before the first call: what changes something is not begun where nobody can agree to it.
    func requireSomebodyToAsk(unless yes: Bool) throws {
        guard !yes, !canAsk else { return }
        throw Problem(
            .usage, "nobody can be asked here, because this is no terminal", hint: "say --yes to go on without a question")
    }

    /// - Throws: where the answer is anything but yes.
    func requireYes(to question: StyledText) async throws {
        let answer = await ask(question)?.lowercased()
        guard answer == "yes" || answer == "y" else { throw Problem(.cancelled, "nothing was changed") }
    }
}
