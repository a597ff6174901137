package import Basics

/// Where a PostgreSQL server is and how to prove who is asking.
///
/// TLS is always on and always verified against ``host`` (`sslmode=verify-full`): there is no way to turn it off,
/// because the password is a bearer token. ``hostaddr`` changes only the address that is dialled, never the name
/// that the certificate must carry, as in libpq itself.
package struct DatabaseConfiguration: Sendable {
    /// Makes the password of one new connection. It is asked anew each time, because Aurora DSQL's passwords are
    /// IAM tokens that live for minutes while the process may live for days.
    package typealias PasswordProvider = @Sendable (Deadline) async throws -> Secret<String>

    /// The server's name: looked up unless ``hostaddr`` is given, sent as SNI, and required in the certificate.
    package var host: String
    /// The address to dial instead of looking ``host`` up.
    package var hostaddr: String?
    package var port: Int
    package var user: String
    package var database: String
    /// A PEM file of authorities, or nil for the system's own bundle.
    package var sslRootCert: String?
    /// What the server shows for this connection in `pg_stat_activity`.
    package var applicationName: String
    /// How long one connection attempt may take, whatever the command's own deadline allows.
    package var connectTimeout: Duration
    package var password: PasswordProvider
    /// Asked when the server refused the login: whether another password is worth one more attempt, because what the
    /// refused one was made from has been put right meanwhile.
    package var isLoginWorthRepeating: (@Sendable (Deadline) async -> Bool)?
    /// Told of every attempt to open a connection.
    package var observer: (@Sendable (ConnectionEvent) -> Void)?

    package init(
        host: String, hostaddr: String? = nil, port: Int = 5432, user: String, database: String = "postgres",
        sslRootCert: String? = nil, applicationName: String = "taskops", connectTimeout: Duration = .seconds(15),
        password: @escaping PasswordProvider
    ) {
        self.host = host
        self.hostaddr = hostaddr
        self.port = port
        self.user = user
        self.database = database
        self.sslRootCert = sslRootCert
        self.applicationName = applicationName
        self.connectTimeout = connectTimeout
        self.password = password
    }
}
