package import Canary

/// The files that make somebody else run a canary: crontab, systemd.
package enum ScheduleView {
    /// What is to be run.
    package struct Job: Sendable, Hashable {
        package var stack: String
        package var rhythm: CanaryRhythm
        /// The program and its words, as they are.
        package var words: [String]
        /// When a run is over at the latest, in seconds.
        package var limit: Int

        package init(stack: String, rhythm: CanaryRhythm, words: [String], limit: Int) {
            (self.stack, self.rhythm, self.words, self.limit) = (stack, rhythm, words, limit)
        }
    }

    /// A comment and a line for `crontab -e`.
    package static func crontab(_ job: Job) -> String {
        // To cron a percent sign ends the command (crontab(5)).
        let command = job.words.map(shellQuoted).joined(separator: " ").replacing("%", with: "\\%")
        return """
            # The canary of stack \(job.stack): silent while all is well; cron mails what it prints when it is not.
            # For a ping, put TASKOPS_PING_URL=https://... on a line of its own above: this file is its owner's alone.
            \(job.rhythm.cron) \(command)

            """
    }

    /// `taskops-canary.service`.
    package static func service(_ job: Job) -> String {
        """
        # /etc/systemd/system/taskops-canary.service
        [Unit]
        Description=taskops canary of stack \(systemdText(job.stack))
        Wants=network-online.target
        After=network-online.target

        [Service]
        Type=oneshot
        ExecStart=\(job.words.map(systemdQuoted).joined(separator: " "))
        # A run ends by itself long before; this is for one that does not.
        TimeoutStartSec=\(job.limit)
        # AWS_PROFILE, TASKOPS_PING_URL ... readable by root only. Without the file, the machine's own role.
        EnvironmentFile=-/etc/taskops/canary.env
        StateDirectory=taskops
        DynamicUser=yes
        NoNewPrivileges=yes
        ProtectSystem=strict
        ProtectHome=yes
        PrivateTmp=yes
        RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX

        """
    }

    /// `taskops-canary.timer`.
    package static func timer(_ job: Job) -> String {
        """
        # /etc/systemd/system/taskops-canary.timer
        [Unit]
        Description=Runs the taskops canary of stack \(systemdText(job.stack))

        [Timer]
        OnCalendar=\(job.rhythm.onCalendar)
        # The canary spreads hosts itself, each at a moment of its own.
        AccuracySec=1s
        # What was missed is of no interest: only now counts.
        Persistent=false
        Unit=taskops-canary.service

        [Install]
        WantedBy=timers.target

        """
    }

    // MARK: -

    /// In single quotes where the shell would see more than a word.
    static func shellQuoted(_ word: String) -> String {
        let harmless = word.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-_./:=+,@%".utf8.contains(byte)
        }
        return harmless && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }

    /// As systemd.service(5) reads command lines: quotes, backslashes, specifiers (`%`) and variables (`$`).
    static func systemdQuoted(_ word: String) -> String {
        let escaped = word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("%", with: "%%")
            .replacing("$", with: "$$")
        return word.isEmpty || word.contains(where: \.isWhitespace) || escaped != word ? "\"\(escaped)\"" : word
    }

    private static func systemdText(_ text: String) -> String { text.replacing("%", with: "%%") }
}
