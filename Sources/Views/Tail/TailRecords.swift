package import Tailing

/// The machine's forms of a line.
package enum TailRecords {
    /// The message as it was written, with one line break at its end.
    package static func raw(_ line: LogLine, into text: inout String) {
        text += line.message
        if line.message.utf8.last != UInt8(ascii: "\n") { text += "\n" }
    }

    /// One JSON object on a line of its own, keys sorted; what is not known is null.
    ///
    /// Written by hand because an encoder takes ten times as long, which a history of a million lines shows. A test
    /// holds it to what the encoder writes.
    package static func json(_ sieved: SievedLine, into text: inout String) {
        let line = sieved.line
        text += "{\"group\":"
        append(line.group, to: &text)
        text += ",\"id\":"
        append(line.id, to: &text)
        text += ",\"ingestionTime\":\(line.ingestionTime),\"late\":\(line.isLate),\"level\":"
        append(sieved.lambda.level?.word, to: &text)
        text += ",\"message\":"
        append(line.message, to: &text)
        text += ",\"region\":"
        append(line.region, to: &text)
        text += ",\"requestId\":"
        append(sieved.requestID, to: &text)
        text += ",\"stream\":"
        append(line.stream, to: &text)
        text += ",\"timestamp\":\(line.timestamp)}\n"
    }

    // MARK: -

    private static func append(_ value: String?, to text: inout String) {
        guard let value else {
            text += "null"
            return
        }
        text += "\""
        if value.utf8.contains(where: needsEscape) { appendEscaped(value, to: &text) } else { text += value }
        text += "\""
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func appendEscaped(_ value: String, to text: inout String) {
        var rest = value.utf8[...]
        while let index = rest.firstIndex(where: needsEscape) {
            text += Substring(rest[..<index])
            switch rest[index] {
            case UInt8(ascii: "\""): text += "\\\""
            case UInt8(ascii: "\\"): text += "\\\\"
            case 0x08: text += "\\b"
            case 0x09: text += "\\t"
            case 0x0A: text += "\\n"
            case 0x0C: text += "\\f"
            case 0x0D: text += "\\r"
            case let byte: text += byte < 0x10 ? "\\u000\(String(byte, radix: 16))" : "\\u00\(String(byte, radix: 16))"
            }
            rest = rest[rest.index(after: index)...]
        }
        text += Substring(rest)
    }
}
