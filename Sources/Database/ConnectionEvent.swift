/// One attempt to open a connection, for whoever watches. The password is not in it.
package struct ConnectionEvent: Sendable {
    package var host: String
    package var user: String
    /// From looking the name up to the end of the login.
    package var duration: Duration
    /// Nil where the connection came about.
    package var failure: DatabaseError?
}
