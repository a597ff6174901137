import FoundationEssentials
import Testing

@testable import AWS

/// Whatever stands in a file, a header or an answer, reading it ends: with a value, nil or an error, never a crash.
@Suite struct RandomInputTests {
    /// A small generator with a seed, so that a crash can be seen again.
    struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    static func texts(_ alphabet: [String], seed: UInt64) -> some Sequence<String> {
        var random = Random(state: seed)
        return (0..<5000).lazy.map { _ in
            (0..<Int.random(in: 0...24, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "" }
                .joined()
        }
    }

    @Test func theConfigFileReader() {
        let pieces = [
            "[", "]", "profile", " ", "\t", "\n", "\r\n", "=", ":", "#", ";", "a", "\"", "é", "\u{0}", "  k = v\n",
        ]
        for text in Self.texts(pieces, seed: 1) { _ = try? ConfigFile(text, path: "c") }
    }

    @Test func theXMLScan() {
        let pieces = [
            "<", ">", "</", "Code", "<Code>", "</Code>", "&", ";", "&amp;", "&#x", "&#xFFFFFFFF;", "é", " ", "\u{0}",
        ]
        for text in Self.texts(pieces, seed: 2) { _ = XMLScan(Data(text.utf8)).first("Code") }
    }

    @Test func theURLReader() {
        let pieces = [
            "http", "https", ":", "/", "//", "@", "[", "]", "::1", "80", "99999", "?", "#", " ", "é", "%", ".",
        ]
        for text in Self.texts(pieces, seed: 3) {
            guard let address = URLAddress("http:" + text) else { continue }
            #expect(!address.host.isEmpty && !address.host.contains("@") && (0...65_535).contains(address.port))
        }
    }

    @Test func theErrorReader() {
        let pieces = [
            "{", "}", "\"__type\"", ":", "\"a#b\"", ",", "\"message\"", "null", "1", "[", "]", "<", "<Code>", "\u{FF}",
        ]
        for text in Self.texts(pieces, seed: 4) {
            let answer = ErrorAnswer(
                HTTPResponse(status: 400, headers: ["x-amzn-ErrorType": text], body: Data(text.utf8)))
            _ = answer.code
            _ = ErrorAnswer(HTTPResponse(status: 400, headers: [:], body: Data(text.utf8)))
        }
    }
}
