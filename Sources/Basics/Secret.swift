/// A value that must not be printed by accident: interpolation, `dump` and reflection all show stars.
///
/// Reading it is a visible act (`exposed`), so a search for that word lists every place a secret leaves its wrapping.
package struct Secret<Value: Sendable>: Sendable {
    package let exposed: Value

    package init(_ value: Value) {
        exposed = value
    }
}

extension Secret: Equatable where Value: Equatable {}
extension Secret: Hashable where Value: Hashable {}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "****" }
    package var debugDescription: String { "****" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
