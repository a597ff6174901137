import AWSSigning
package import Basics

/// Tells one state of a thing from another: the first 16 hex digits of the SHA-256 of what ``Normaliser`` makes of it.
package enum Fingerprint {
    /// The tag in which `apply` leaves the fingerprint of what the file said.
    package static let tagKey = "taskops:applied"

    /// What the tag holds of something that takes several calls to make, until the last of them.
    static let unfinished = "unfinished"

    /// Of members that are normalised already.
    package static func of(normalised fields: JSONTree) -> String {
        String(Digest.hex(Digest.sha256(CanonicalJSON.bytes(fields))).prefix(16))
    }

    /// What the tag holds after `apply` has written these.
    package static func of(desired: DesiredResource) -> String {
        of(normalised: Normaliser.fields(desired.fields, of: desired.id.kind))
    }

    /// What a plan is bound to: what is there, and whose it is. Tags that others set are no part of it.
    package static func of(live: LiveResource) -> String {
        of(fields: of(normalised: Normaliser.fields(live.fields, of: live.id.kind)), tags: live.tags)
    }

    static func of(fields: String, tags: [String: String]?) -> String {
        let own = [DesiredState.tagKey, tagKey].map { tags?[$0].map(JSONTree.string) ?? .null }
        return of(normalised: .array([.string(fields)] + own))
    }
}
