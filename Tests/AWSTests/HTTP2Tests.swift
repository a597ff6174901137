import AWS
import Basics
import FoundationEssentials
import Subprocess
import TestSupport
import Testing

/// HTTP/2 with a server that offers it: node's own.
@Suite struct HTTP2Tests {
    static let isThere: @Sendable () async -> Bool = {
        let result = try? await run(
            .name("env"), arguments: ["sh", "-c", "openssl version && node -e 'require(\"http2\")'"],
            output: .discarded, error: .discarded)
        return result?.terminationStatus.isSuccess ?? false
    }

    /// Answers with the protocol spoken, how many sessions there have been, and what was sent.
    static let script = #"""
        const http2 = require("http2"), fs = require("fs"), os = require("os"), path = require("path")
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "h2-"))
        const key = path.join(folder, "key.pem"), certificate = path.join(folder, "certificate.pem")
        require("child_process").execFileSync("openssl", [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
            "-out", certificate, "-days", "2", "-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1",
        ], { stdio: "ignore" })
        let sessions = 0
        const server = http2.createSecureServer({
            key: fs.readFileSync(key), cert: fs.readFileSync(certificate), allowHTTP1: true,
        }, (request, response) => {
            const pieces = []
            request.on("data", (piece) => pieces.push(piece))
            request.on("end", () => {
                response.setHeader("X-Amzn-RequestId", "r")
                response.end(JSON.stringify({
                    version: request.httpVersion, sessions, body: Buffer.concat(pieces).toString(),
                    host: request.headers[":authority"] ?? "", mine: request.headers["x-mine"] ?? "",
                }))
            })
        })
        server.on("session", () => { sessions += 1 })
        server.listen(0, "127.0.0.1", () => console.log(server.address().port, certificate))
        process.stdin.resume()
        process.stdin.on("end", () => { fs.rmSync(folder, { recursive: true }); process.exit(0) })
        """#

    struct Answer: Decodable {
        var version: String
        var sessions: Int
        var body: String
        var host: String
        var mine: String
    }

    @Test(.enabled("openssl and node are not both here, so no server that offers HTTP/2", isThere))
    func itIsSpokenWhereOffered() async throws {
        _ = try await run(
            .name("env"), arguments: ["node", "-e", Self.script], input: .inputWriter, output: .sequence,
            error: .discarded
        ) { execution in
            var words: [String] = []
            for try await line in execution.standardOutput.strings() {
                words = line.split(whereSeparator: \.isWhitespace).map(String.init)
                break
            }
            try #require(words.count == 2)
            try await check(port: words[0], certificate: words[1])
            try await execution.standardInputWriter.finish()
        }
    }

    func check(port: String, certificate: String) async throws {
        let transport = HTTPTransport()
        @Sendable func post(_ body: String) async throws -> Answer {
            var request = HTTPRequest(
                method: "POST", url: "https://127.0.0.1:\(port)/", headers: ["X-Mine": "v"], body: Data(body.utf8))
            request.caBundle = certificate
            let response = try await transport.send(request, deadline: .after(.seconds(120)))
            #expect(response.status == 200)
            #expect(response.headers["x-amzn-requestid"] == "r")
            return try JSONDecoder().decode(Answer.self, from: response.body)
        }
        let first = try await post("one")
        #expect(first.version == "2.0")
        #expect(first.body == "one")
        #expect(first.host == "127.0.0.1:\(port)")
        #expect(first.mine == "v")
        // Many at once share the one connection.
        let answers = await Array(0..<100).boundedMap(limit: 32) { try? await post("\($0)") }
        #expect(answers.map { $0?.body } == (0..<100).map { "\($0)" })
        #expect(answers.last??.sessions == 1)
    }
}
