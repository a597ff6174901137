package import Basics
import Dispatch
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A real PostgreSQL for one test run: TLS with a certificate authority of its own, on loopback, in a folder that is
/// removed at the end.
///
/// One shell script (``script``) makes it, runs it, and ends it when its standard input closes. The test process holds
/// the other end of that pipe and never closes it, so the server goes away with the process however that ends, even
/// by SIGKILL. (PDEATHSIG would not do: it fires when the spawning *thread* ends.)
///
/// Like Aurora DSQL it isolates transactions as `repeatable read`, so that conflicting writers meet SQLSTATE 40001.
package struct TemporaryPostgres: Sendable {
    /// A name the server's certificate carries. Dial ``hostaddr``; nobody resolves this.
    package let host = "postgres.test"
    package let hostaddr = "127.0.0.1"
    package let port: Int
    package let user = "postgres"
    package let password: Secret<String>
    /// The authority that signed the server's certificate, in PEM.
    package let certificateAuthority: String
    /// The server's process.
    package let pid: Int32

    /// Other names that the certificate carries.
    package static let certificateNames = [
        "postgres.test", "localhost", "*.dsql.us-east-1.on.aws", "*.dsql.us-west-2.on.aws",
    ]

    /// The server that all tests of this process share; the first caller starts it (about two seconds).
    package static func shared() async throws -> TemporaryPostgres {
        try await withCheckedThrowingContinuation { continuation in
            // Starting blocks, so it gets a thread of its own instead of one of the few that tests run on.
            DispatchQueue(label: "taskops.tests.postgres").async { continuation.resume(with: started) }
        }
    }

    private static let started = Result<TemporaryPostgres, any Error> { try start() }

    private static func start() throws -> TemporaryPostgres {
        let programs = try programs()
        var last: Problem?
        // Between choosing a free port and listening on it somebody else may take it.
        for _ in 0..<3 {
            do throws(Problem) {
                return try launch(programs: programs, port: try freePort())
            } catch {
                last = error
            }
        }
        throw last ?? Problem(.failed, "PostgreSQL did not start")
    }

    /// The newest server on this machine. Debian keeps each version's programs outside PATH.
    private static func programs() throws(Problem) -> String {
        let debian = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: debian)) ?? []
        let newest = versions.compactMap { Int($0) }.sorted(by: >).map { "\(debian)/\($0)/bin" }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let places = newest + path.split(separator: ":").map(String.init)
        guard let found = places.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") }) else {
            throw Problem(.failed, "PostgreSQL's programs were not found", hint: "install the package postgresql")
        }
        return found
    }

    private static func launch(programs: String, port: Int) throws(Problem) -> TemporaryPostgres {
        let password = UUID().uuidString
        let shell = try Shell(
            script: script,
            arguments: [programs, String(port), certificateNames.map { "DNS:\($0)" }.joined(separator: ",")])
        // Not an argument: those are for everybody on the machine to read.
        shell.write("\(password)\n")
        var lines: [String] = []
        while let line = shell.nextLine() {
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            if words.count == 3, words[0] == "ready", let pid = Int32(words[1]) {
                shell.keepForever()
                return TemporaryPostgres(
                    port: port, password: Secret(password), certificateAuthority: "\(words[2])/ca.pem", pid: pid)
            }
            lines.append(line)
        }
        throw Problem(.failed, "PostgreSQL did not start", cause: lines.suffix(5).joined(separator: " "))
    }

    /// Arguments: the programs' folder, port, names for the certificate. The first line of input is the password.
    ///
    /// PostgreSQL refuses to run as root, so root becomes the user postgres, or nobody where there is none.
    private static let script = """
        bin=$1 port=$2 names=$3
        read -r password
        umask 077
        home=$(mktemp -d "${TMPDIR:-/tmp}/taskops-postgres.XXXXXX") || exit 1
        trap 'rm -rf "$home"' EXIT
        cd "$home" || exit 1
        as=
        if [ "$(id -u)" = 0 ]; then
            owner=postgres
            id "$owner" >/dev/null 2>&1 || owner=nobody
            as="setpriv --reuid=$owner --regid=$(id -gn "$owner") --init-groups"
        fi
        key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        {
            openssl req -x509 $key -days 2 -subj "/CN=temporary authority" -keyout ca.key -out ca.pem &&
            openssl req $key -subj "/CN=temporary server" -keyout server.key -out server.csr &&
            echo "subjectAltName=$names" > names &&
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem
        } > openssl.log 2>&1 || { cat openssl.log; exit 1; }
        printf '%s' "$password" > password
        mkdir data
        [ -z "$as" ] || chown -R "$owner" "$home"
        $as "$bin/initdb" -D data -U postgres --pwfile=password --auth=scram-sha-256 -E UTF8 --locale=C --no-sync \
            > initdb.log 2>&1 || { cat initdb.log; exit 1; }
        printf 'hostssl all all 127.0.0.1/32 scram-sha-256\\n' > data/pg_hba.conf
        $as "$bin/postgres" -D data -p "$port" \
            -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \
            -c ssl=on -c ssl_cert_file=../server.pem -c ssl_key_file=../server.key \
            -c default_transaction_isolation='repeatable read' -c max_connections=200 \
            > postgres.log 2>&1 < /dev/null &
        pid=$!
        tries=0
        until [ "$(sed -n 8p data/postmaster.pid 2>/dev/null | tr -d ' ')" = ready ]; do
            tries=$((tries + 1))
            if [ $tries -gt 600 ] || ! kill -0 $pid 2>/dev/null; then
                cat postgres.log
                kill -QUIT $pid 2>/dev/null
                exit 1
            fi
            sleep 0.05
        done
        echo "ready $pid $home"
        read -r _
        kill -QUIT $pid
        wait $pid
        """

    private static func freePort() throws(Problem) -> Int {
        #if canImport(Glibc)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw Problem(.failed, "no free port on 127.0.0.1", cause: String(cString: strerror(errno))) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

#if canImport(Glibc)
    private let systemWrite = Glibc.write
#else
    private let systemWrite = Darwin.write
#endif

/// A shell in a process group of its own (Ctrl-C in the terminal is not its business), which lives until its standard input closes.
private final class Shell {
    private let input: Int32
    private let output: Int32
    private var buffer: [UInt8] = []
    private var keepsInput = false

    init(script: String, arguments: [String]) throws(Problem) {
        var toShell: [Int32] = [-1, -1]
        var fromShell: [Int32] = [-1, -1]
        guard pipe(&toShell) == 0, pipe(&fromShell) == 0 else { throw Problem(.failed, "no more files can be opened") }
        // No other child may inherit the end whose closing means that the tests are over.
        for end in toShell + fromShell { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }

        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, toShell[0], 0)
        posix_spawn_file_actions_adddup2(&actions, fromShell[1], 1)
        // The server outlives the tests that run now, and must not hold their connections open.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            if let descriptor = Int32(name), descriptor > 2, ![toShell[0], fromShell[1]].contains(descriptor) {
                posix_spawn_file_actions_addclose(&actions, descriptor)
            }
        }
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }

        var words: [UnsafeMutablePointer<CChar>?] = (["sh", "-c", script, "sh"] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var child = pid_t()
        let status = posix_spawn(&child, "/bin/sh", &actions, &attributes, words, environ)
        close(toShell[0])
        close(fromShell[1])
        input = toShell[1]
        output = fromShell[0]
        guard status == 0 else { throw Problem(.failed, "/bin/sh did not start", cause: String(cString: strerror(status))) }
    }

    deinit {
        close(output)
        if !keepsInput { close(input) }
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        // Far less than a pipe holds, so it is taken whole and at once.
        _ = bytes.withUnsafeBytes { systemWrite(input, $0.baseAddress, $0.count) }
    }

    /// From here on only the end of this process closes the shell's input.
    func keepForever() {
        keepsInput = true
    }

    /// The next line the script prints; nil once it has ended.
    func nextLine() -> String? {
        while true {
            if let newline = buffer.firstIndex(of: 10) {
                let line = String(decoding: buffer[..<newline], as: UTF8.self)
                buffer.removeSubrange(...newline)
                return line
            }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = read(output, &chunk, chunk.count)
            guard count > 0 else { return nil }
            buffer += chunk.prefix(count)
        }
    }
}
