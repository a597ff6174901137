// One of the two files that touch libcurl's pointers; the other, CurlLoop.swift, runs the multi handle.
import CLibCurl
import FoundationEssentials

/// One easy handle at work for one transfer. Lives on curl's thread only.
final class CurlTransfer {
    let transfer: Transfer
    let easy: UnsafeMutableRawPointer
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutablePointer<CChar>
    private var status = 0
    private var fields = HTTPHeaders()

    init(_ transfer: Transfer, easy: UnsafeMutableRawPointer?) {
        guard let easy else { preconditionFailure("libcurl could not make a handle: out of memory") }
        self.transfer = transfer
        self.easy = easy
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    /// Frees what the handle pointed at; the handle itself may be used again after a reset.
    func release() {
        _ = shim_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, nil)
        curl_slist_free_all(headerList)
        headerList = nil
    }

    deinit { errorText.deallocate() }

    /// Fills in the handle; an error means the request cannot be sent at all.
    func prepare() -> TransportError? {
        let request = transfer.request
        let me = Unmanaged.passUnretained(self).toOpaque()
        var results = [
            shim_easy_set_string(easy, CURLOPT_URL, request.url),
            // What goes over the wire is what was signed.
            shim_easy_set_long(easy, CURLOPT_PATH_AS_IS, 1),
            shim_easy_set_long(easy, CURLOPT_NOSIGNAL, 1),
            shim_easy_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            shim_easy_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            shim_easy_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1),
            shim_easy_close_on_exec(easy),
            shim_easy_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(request.connectTimeout.rounded))),
            shim_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText),
            shim_easy_set_callback(easy, CURLOPT_WRITEFUNCTION, receiveBody),
            shim_easy_set_pointer(easy, CURLOPT_WRITEDATA, me),
            shim_easy_set_callback(easy, CURLOPT_HEADERFUNCTION, receiveHeader),
            shim_easy_set_pointer(easy, CURLOPT_HEADERDATA, me),
        ]
        // Do not wait for a name server's answer when giving up: the thread serves others.
        shim_easy_leave_resolver(easy)
        // A libcurl without HTTP/2 refuses the wish, and speaks HTTP/1.1.
        _ = shim_easy_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        // Nor does one without zlib unpack anything; it then asks for nothing packed.
        if request.acceptsGzip { _ = shim_easy_set_string(easy, CURLOPT_ACCEPT_ENCODING, "gzip") }
        results += proxy(request)
        if let expiry = transfer.expiry {
            let left = ContinuousClock.now.duration(to: expiry)
            // Zero would mean no limit, and a deadline that passed in the queue still has to end the transfer.
            results.append(shim_easy_set_long(easy, CURLOPT_TIMEOUT_MS, max(1, Int(left.rounded))))
        }
        results += trust(request.caBundle)
        results += method(request)
        results.append(headers(request))
        guard let failure = results.first(where: { $0 != CURLE_OK }) else { return nil }
        return transfer.failure(.malformed, String(cString: curl_easy_strerror(failure)))
    }

    private func proxy(_ request: HTTPRequest) -> [CURLcode] {
        // An empty name means none, whatever the environment says.
        if request.bypassesProxy { return [shim_easy_set_string(easy, CURLOPT_PROXY, "")] }
        guard let settings = request.proxy else { return [] }
        return [
            shim_easy_set_string(easy, CURLOPT_PROXY, settings.proxy(for: transfer.address.scheme) ?? ""),
            shim_easy_set_string(easy, CURLOPT_NOPROXY, settings.exceptions ?? ""),
        ]
    }

    private func trust(_ bundle: String?) -> [CURLcode] {
        let store = bundle.map(TrustStore.bundle) ?? TrustStore.machine
        return switch store {
        case .bundle(let path):
            [
                shim_easy_set_string(easy, CURLOPT_CAPATH, nil),
                shim_easy_set_string(easy, CURLOPT_CAINFO, path),
            ]
        case .directory(let path):
            [
                shim_easy_set_string(easy, CURLOPT_CAINFO, nil),
                shim_easy_set_string(easy, CURLOPT_CAPATH, path),
            ]
        case .builtIn: []
        }
    }

    private func method(_ request: HTTPRequest) -> [CURLcode] {
        if request.method == "HEAD" { return [shim_easy_set_long(easy, CURLOPT_NOBODY, 1)] }
        guard !request.body.isEmpty || request.method == "POST" || request.method == "PUT" else {
            return [
                shim_easy_set_long(easy, CURLOPT_HTTPGET, 1),
                request.method == "GET" ? CURLE_OK : shim_easy_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method),
            ]
        }
        return [
            shim_easy_set_long(easy, CURLOPT_POST, 1),
            request.method == "POST" ? CURLE_OK : shim_easy_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method),
            // The size first: curl copies that many bytes when it is given the pointer.
            shim_easy_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count)),
            request.body.isEmpty
                ? shim_easy_set_string(easy, CURLOPT_COPYPOSTFIELDS, "")
                : request.body.withUnsafeBytes { shim_easy_set_bytes(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) },
        ]
    }

    private func headers(_ request: HTTPRequest) -> CURLcode {
        // An empty field removes what curl would add by itself: waiting for leave to send, and a false body type.
        var lines = ["Expect:", "Accept:"]
        if request.headers["Content-Type"] == nil { lines.append("Content-Type:") }
        lines += request.headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        for line in lines {
            guard let list = curl_slist_append(headerList, line) else { return CURLE_OUT_OF_MEMORY }
            headerList = list
        }
        return shim_easy_set_list(easy, CURLOPT_HTTPHEADER, headerList)
    }

    /// What curl's verdict means.
    func outcome(_ code: CURLcode) -> Result<Void, TransportError> {
        guard code != CURLE_OK else { return .success(()) }
        let kind: TransportError.Kind =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY,
                CURLE_SSL_CONNECT_ERROR:
                .unreachable
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
                CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
                CURLE_SSL_INVALIDCERTSTATUS:
                .untrusted
            case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT: .malformed
            case CURLE_WRITE_ERROR: .tooLarge
            default: .interrupted
            }
        // curl repeats a proxy's address that it cannot read, password and all.
        let text = transfer.request.proxy?.withoutSecrets(String(cString: errorText)) ?? String(cString: errorText)
        return .failure(transfer.failure(kind, text.isEmpty ? String(cString: curl_easy_strerror(code)) : text))
    }

    fileprivate func receive(header line: UnsafeRawBufferPointer) {
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            // Each answer begins anew: an interim one (100, 103) comes before the one that counts.
            status = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) } ?? 0
            fields = HTTPHeaders()
        } else if let colon = text.firstIndex(of: ":") {
            fields.add(String(text[..<colon]), Self.trimmed(text[text.index(after: colon)...]))
        } else if status >= 200 {
            let head = TransferState.Head(status: status, headers: fields)
            transfer.update { $0.receive(head) }
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop(while: \.isWhitespace)
        let end = start.lastIndex { !$0.isWhitespace }.map { start.index(after: $0) } ?? start.startIndex
        return String(start[..<end])
    }
}

private let receiveBody: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
    bytes, size, count, me in
    guard let bytes, let me else { return 0 }
    let current = Unmanaged<CurlTransfer>.fromOpaque(me).takeUnretainedValue()
    let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return switch current.transfer.update({ $0.receive(piece) }) {
    case .taken: piece.count
    case .pause: Int(CURL_WRITEFUNC_PAUSE)
    case .refused: 0
    }
}

private let receiveHeader: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
    bytes, size, count, me in
    guard let bytes, let me else { return 0 }
    Unmanaged<CurlTransfer>.fromOpaque(me).takeUnretainedValue()
        .receive(header: UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
}

extension Duration {
    /// Whole milliseconds, rounded up, so that a wait never ends early.
    fileprivate var rounded: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
