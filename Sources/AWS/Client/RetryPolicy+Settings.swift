package import Basics

extension RetryPolicy {
    /// From the settings' texts, as environment and profile give them.
    /// - Parameters:
    ///   - mode: `AWS_RETRY_MODE` or `retry_mode`.
    ///   - maxAttempts: `AWS_MAX_ATTEMPTS` or `max_attempts`.
    ///   - newRetries: `AWS_NEW_RETRIES_2026`.
    ///   - file: where the profile is, for what to correct.
    package init(mode: String?, maxAttempts: String?, newRetries: String?, file: String) throws(Problem) {
        self.init()
        switch mode?.lowercased() {
        // `legacy` is what boto3 did before there were modes; the aws CLI, version 2, has only the other two.
        case nil, "standard", "legacy": break
        case "adaptive": self.mode = .adaptive
        case let other?:
            throw Problem(
                .configuration, "retry_mode is `\(other)`, which is neither standard nor adaptive",
                hint: "correct AWS_RETRY_MODE, or retry_mode in \(file)")
        }
        if let maxAttempts {
            guard let number = Int(maxAttempts), number > 0 else {
                throw Problem(
                    .configuration, "max_attempts is `\(maxAttempts)`, which is no number above 0",
                    hint: "correct AWS_MAX_ATTEMPTS, or max_attempts in \(file)")
            }
            self.maxAttempts = number
        }
        if let newRetries, newRetries.lowercased() != "true" { form = .before2026 }
    }
}
