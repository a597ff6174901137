/// What a program left behind when it ended.
package struct FinishedProgram: Sendable, Hashable {
    /// 0 for success; a signal counts as 128 and its number, as shells have it.
    package var exitCode: Int32
    package var output: String
    package var errors: String

    package init(exitCode: Int32, output: String, errors: String) {
        self.exitCode = exitCode
        self.output = output
        self.errors = errors
    }
}
