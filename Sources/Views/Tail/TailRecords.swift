package import Tailing

/// The machine's forms of a line.
package enum TailRecords {
    /// The message as it was written, with one line break at its end.
    package static func raw(_ line: LogLine, into bytes: inout [UInt8]) {
        bytes.append(contentsOf: line.message.utf8)
        if line.message.utf8.last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
    }

    /// One JSON object on a line of its own, keys sorted; what is not known is null.
    ///
    /// Written by hand because an encoder takes ten times as long, which a history of a million lines shows. Tests hold
    /// it to what the encoder writes, and to what a parser reads.
    package static func json(_ sieved: SievedLine, into bytes: inout [UInt8]) {
        let line = sieved.line
        key("{\"group\":", &bytes)
        JSONText.append(line.group, to: &bytes)
        key(",\"id\":", &bytes)
        JSONText.append(line.id, to: &bytes)
        key(",\"ingestionTime\":", &bytes)
        JSONText.append(line.ingestionTime, to: &bytes)
        key(line.isLate ? ",\"late\":true,\"level\":" : ",\"late\":false,\"level\":", &bytes)
        JSONText.append(sieved.lambda.level?.word, to: &bytes)
        key(",\"message\":", &bytes)
        JSONText.append(line.message, to: &bytes)
        key(",\"region\":", &bytes)
        JSONText.append(line.region, to: &bytes)
        key(",\"requestId\":", &bytes)
        JSONText.append(sieved.requestID, to: &bytes)
        key(",\"stream\":", &bytes)
        JSONText.append(line.stream, to: &bytes)
        key(",\"timestamp\":", &bytes)
        JSONText.append(line.timestamp, to: &bytes)
        key("}\n", &bytes)
    }

    private static func key(_ text: StaticString, _ bytes: inout [UInt8]) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }
}
