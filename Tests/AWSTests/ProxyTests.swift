import AWS
import Basics
import FoundationEssentials
import Subprocess
import Testing

/// A CONNECT proxy and TLS servers on loopback, all in one small program that others' libraries make.
@Suite struct ProxyTests {
    static let script = #"""
        import http.server, json, socket, ssl, subprocess, sys, tempfile, threading, warnings
        warnings.simplefilter("ignore")
        seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = b"ok"
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        def pump(source, target):
            try:
                while piece := source.recv(65536):
                    target.sendall(piece)
            except OSError:
                pass
            for end in (source, target):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

        def serve_proxy(client):
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(4096)
                if not piece:
                    return
                head += piece
            lines = head.decode().split("\r\n")
            method, target = lines[0].split(" ")[:2]
            if method == "GET":
                body = json.dumps(seen).encode()
                client.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                client.close()
                return
            knows = any(line.lower().startswith("proxy-authorization: basic ") for line in lines)
            leaks = any(line.lower().startswith(("authorization:", "x-secret:")) for line in lines)
            seen.append("%s %s%s%s" % (method, target.split(":")[0], " with password" if knows else "", " LEAK" if leaks else ""))
            if target.endswith(":1"):
                client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                client.close()
                return
            server = socket.create_connection(("127.0.0.1", int(target.rsplit(":", 1)[1])))
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            threading.Thread(target=pump, args=(client, server), daemon=True).start()
            pump(server, client)

        def accept(listener):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=serve_proxy, args=(client,), daemon=True).start()

        with tempfile.TemporaryDirectory() as folder:
            key, certificate = folder + "/key.pem", folder + "/certificate.pem"
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                 "-days", "2", "-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"],
                check=True, capture_output=True)

            def start(old):
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                if old:
                    context.minimum_version = ssl.TLSVersion.TLSv1
                    context.maximum_version = ssl.TLSVersion.TLSv1_1
                    context.set_ciphers("ALL:@SECLEVEL=0")
                context.load_cert_chain(certificate, key)
                server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
                server.socket = context.wrap_socket(server.socket, server_side=True)
                threading.Thread(target=server.serve_forever, daemon=True).start()
                return server.server_port

            new, old = start(False), start(True)
            # Whoever accepts TLS 1.1 does reach the old server: otherwise nothing would be proved by not reaching it.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.load_verify_locations(certificate)
            with context.wrap_socket(socket.create_connection(("127.0.0.1", old)), server_hostname="localhost") as one:
                version = one.version()
            listener = socket.create_server(("127.0.0.1", 0))
            threading.Thread(target=accept, args=(listener,), daemon=True).start()
            print(new, old, listener.getsockname()[1], version, certificate, flush=True)
            sys.stdin.read()
        """#

    struct Servers: Sendable {
        let port: String
        let oldPort: String
        let proxyPort: String
        let oldVersion: String
        let certificate: String
    }

    func withServers(_ body: @Sendable (Servers) async throws -> Void) async throws {
        _ = try await run(
            .name("env"), arguments: ["python3", "-c", Self.script], input: .inputWriter, output: .sequence,
            error: .discarded
        ) { execution in
            var words: [String] = []
            for try await line in execution.standardOutput.strings() {
                words = line.split(whereSeparator: \.isWhitespace).map(String.init)
                break
            }
            try #require(words.count == 5)
            try await body(
                Servers(
                    port: words[0], oldPort: words[1], proxyPort: words[2], oldVersion: words[3],
                    certificate: words[4]))
            try await execution.standardInputWriter.finish()
        }
    }

    @Test(.enabled("openssl and python3 are not both here", TLSTests.isThere))
    func requestsGoThroughTheProxyUnlessExcepted() async throws {
        try await withServers(checkProxy)
    }

    @Sendable func checkProxy(_ servers: Servers) async throws {
        let soon = Deadline.after(.seconds(120))
        let proxy = "http://someone:hidden@127.0.0.1:\(servers.proxyPort)"
        func get(_ host: String, port: String? = nil, _ settings: ProxySettings) async throws -> String {
            var request = HTTPRequest(
                url: "https://\(host):\(port ?? servers.port)", headers: ["X-Secret": "for the server alone"])
            request.caBundle = servers.certificate
            request.proxy = settings
            // Each its own, so that no kept connection answers for a new one.
            let response = try await HTTPTransport().send(request, deadline: soon)
            return String(decoding: response.body, as: UTF8.self)
        }
        func seen() async throws -> [String] {
            let request = HTTPRequest(url: "http://127.0.0.1:\(servers.proxyPort)/seen")
            return try JSONDecoder().decode(
                [String].self, from: try await HTTPTransport().send(request, deadline: soon).body)
        }

        #expect(try await get("127.0.0.1", ProxySettings(https: proxy)) == "ok")
        #expect(try await seen() == ["CONNECT 127.0.0.1 with password"])
        #expect(try await get("localhost", ProxySettings(https: proxy, exceptions: ".example.com,other")) == "ok")
        #expect(try await seen().last == "CONNECT localhost with password")

        for exceptions in ["127.0.0.1", "other,127.0.0.1", "*"] {
            #expect(try await get("127.0.0.1", ProxySettings(https: proxy, exceptions: exceptions)) == "ok")
        }
        #expect(try await get("localhost", ProxySettings(https: proxy, exceptions: "localhost")) == "ok")
        // A proxy for plain HTTP is none for TLS.
        #expect(try await get("127.0.0.1", ProxySettings(http: proxy)) == "ok")
        #expect(try await seen().count == 2)

        let refused = await #expect(throws: TransportError.self) {
            try await get("127.0.0.1", port: "1", ProxySettings(https: proxy))
        }
        #expect(refused?.detail.contains("403") == true)
        let dead = await #expect(throws: TransportError.self) {
            try await get("127.0.0.1", ProxySettings(https: "http://someone:hidden@127.0.0.1:1"))
        }
        #expect(dead?.kind == .unreachable)
        for error in [refused, dead] { #expect(!String(describing: error).contains("hidden")) }
    }

    @Test(.enabled("openssl and python3 are not both here", TLSTests.isThere))
    func nothingBelowTLS12IsSpoken() async throws {
        try await withServers { servers in
            #expect(servers.oldVersion == "TLSv1.1")
            var request = HTTPRequest(url: "https://127.0.0.1:\(servers.oldPort)")
            request.caBundle = servers.certificate
            let error = await #expect(throws: TransportError.self) {
                try await HTTPTransport().send(request, deadline: .after(.seconds(120)))
            }
            #expect(error?.kind == .unreachable || error?.kind == .untrusted, "\(String(describing: error))")
        }
    }

    @Test(arguments: [
        (["HTTPS_PROXY": "a", "NO_PROXY": "n"], ProxySettings(https: "a", exceptions: "n")),
        (["https_proxy": "b", "HTTPS_PROXY": "a"], ProxySettings(https: "b")),
        (["https_proxy": "", "HTTPS_PROXY": "a"], ProxySettings(https: "a")),
        (["http_proxy": "h", "HTTP_PROXY": "not read"], ProxySettings(http: "h")),
        (["ALL_PROXY": "x", "no_proxy": "*"], ProxySettings(https: "x", http: "x", exceptions: "*")),
        ([:], ProxySettings()),
    ])
    func theEnvironmentNamesProxies(variables: [String: String], settings: ProxySettings) {
        #expect(ProxySettings(variables) == settings)
    }
}
