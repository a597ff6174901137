/// One attempt to open a connection, for whoever watches. The password is not in it.
package struct ConnectionEvent: Sendable {
    package var host: String
    package var user: String
    /// From dialling to the end of the login, or as long as looking the name up in vain took.
    package var duration: Duration
    /// Nil where the connection came about.
    package var failure: DatabaseError?
}
