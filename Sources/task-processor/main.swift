// The `bootstrap` of the Lambda function: it hands the process's surroundings over and does nothing else.
import FoundationEssentials
import Glibc
import TaskProcessing

/// One line, in one write where the system lets it, so that lines of the log never mix.
let writeLine: @Sendable (String) -> Void = { line in
    var bytes = Array(line.utf8)
    bytes.append(UInt8(ascii: "\n"))
    bytes.withUnsafeBytes { buffer in
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = write(STDOUT_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

let status = await TaskProcessor.run(
    variables: ProcessInfo.processInfo.environment,
    readFile: { path in
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try String(contentsOfFile: path, encoding: .utf8)
    },
    write: writeLine)
exit(status)
