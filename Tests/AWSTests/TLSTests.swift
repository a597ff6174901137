import AWS
import Basics
import FoundationEssentials
import Subprocess
import Testing

/// Which certificates are believed, against a real TLS server with a certificate of its own making.
@Suite struct TLSTests {
    static let isThere: @Sendable () async -> Bool = {
        let result = try? await run(
            .name("env"), arguments: ["sh", "-c", "openssl version && python3 -c 'import ssl'"], output: .discarded)
        return result?.terminationStatus.isSuccess ?? false
    }

    /// Serves until its input ends; the certificate is for the address 127.0.0.1 alone.
    static let script = #"""
        import http.server, ssl, subprocess, sys, tempfile, threading

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *arguments):
                pass

        with tempfile.TemporaryDirectory() as folder:
            key, certificate = folder + "/key.pem", folder + "/certificate.pem"
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=loopback",
                 "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            print(server.server_port, certificate, flush=True)
            sys.stdin.read()
        """#

    @Test(.enabled("openssl and python3 are not both here", isThere))
    func onlyTheNamedCertificatesAreBelieved() async throws {
        _ = try await run(
            .name("env"), arguments: ["python3", "-c", Self.script], input: .inputWriter, output: .sequence,
            error: .discarded
        ) { execution in
            var words: [Substring] = []
            for try await line in execution.standardOutput.strings() {
                words = line.split(whereSeparator: \.isWhitespace)
                break
            }
            try #require(words.count == 2)
            try await check(port: String(words[0]), certificate: String(words[1]))
            try await execution.standardInputWriter.finish()
        }
    }

    func check(port: String, certificate: String) async throws {
        let transport = HTTPTransport()
        let deadline = Deadline.after(.seconds(120))
        var request = HTTPRequest(url: "https://127.0.0.1:\(port)")

        let untrusted = await #expect(throws: TransportError.self) {
            try await transport.send(request, deadline: deadline)
        }
        #expect(untrusted?.kind == .untrusted)
        #expect(untrusted?.problem.kind == .unreachable)

        request.caBundle = certificate
        let response = try await transport.send(request, deadline: deadline)
        #expect(response.body == Data("ok".utf8))

        request.url = "https://localhost:\(port)"
        let misnamed = await #expect(throws: TransportError.self) {
            try await transport.send(request, deadline: deadline)
        }
        #expect(misnamed?.kind == .untrusted)

        request.url = "https://127.0.0.1:\(port)"
        request.caBundle = "/nowhere/ca.pem"
        let missing = await #expect(throws: TransportError.self) {
            try await transport.send(request, deadline: deadline)
        }
        #expect(missing?.kind == .untrusted)
        #expect(missing?.detail.contains("/nowhere/ca.pem") == true)
        try await checkProfile(port: port, certificate: certificate)
    }

    /// The profile's `ca_bundle`, from the file to the handshake.
    func checkProfile(port: String, certificate: String) async throws {
        let pem = String(decoding: try Data(contentsOf: URL(filePath: certificate)), as: UTF8.self)
        for (key, isBelieved) in [("", false), ("ca_bundle = \(certificate)\n", true)] {
            let config =
                "[default]\naws_access_key_id = A\naws_secret_access_key = s\nmax_attempts = 1\n\(key)"
                + "endpoint_url = https://127.0.0.1:\(port)\n"
            let fixture = CredentialFixture(config: config, files: [certificate: pem])
            let client = AWSClient(try AWSClient.Configuration(environment: fixture.environment))
            let error = await #expect(throws: AWSError.self) {
                try await client.sts("us-east-1").getCallerIdentity(deadline: .after(.seconds(120)))
            }
            // The server knows no POST, which only whoever it shook hands with is told.
            #expect((error?.status == 501) == isBelieved, "\(String(describing: error))")
        }
    }
}
