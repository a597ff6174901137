package import Basics

/// What may stand under one name: its type and limits as AWS's models give them, and what AWS takes when it is absent.
///
/// One table serves all: `validate` holds files against it, `plan` takes the defaults and the order-less lists from it,
/// `import` writes members in its order.
package struct Field: Sendable {
    package var name: String
    package var type: FieldType
    package var isRequired: Bool
    /// What AWS does when the member is absent; a live value equal to it says nothing.
    package var standard: JSONTree?

    package init(_ name: String, _ type: FieldType, isRequired: Bool = false, standard: JSONTree? = nil) {
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.standard = standard
    }
}

package indirect enum FieldType: Sendable {
    /// Length in characters.
    case text(ClosedRange<Int>)
    case oneOf([String])
    /// Finite.
    case number
    case wholeNumber(ClosedRange<Int>)
    case boolean
    /// Texts by name, such as tags of a log group.
    case map(ClosedRange<Int>)
    /// - Parameter isOrdered: whether the order of the elements means something.
    case list(FieldType, ClosedRange<Int>, isOrdered: Bool)
    case structure([Field])
}
