/// The identifier of an Aurora DSQL cluster: 26 lower-case letters and digits.
///
/// Source: botocore `dsql/2018-05-10`, shape `ClusterId`, pattern `[a-z0-9]{26}`.
package struct ClusterID: Sendable, Hashable, Codable, RawRepresentable, CustomStringConvertible {
    package static let length = 26
    package let rawValue: String

    package init?(rawValue: String) {
        let isWellFormed =
            rawValue.utf8.count == Self.length
            && rawValue.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) }
        guard isWellFormed else { return nil }
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    /// The host name clients connect to, on port 5432; TLS verifies it.
    ///
    /// Source: Aurora DSQL user guide, "Accessing": `ID.dsql.REGION.on.aws`. GetCluster's `endpoint` says the same and wins where it was read.
    package func endpoint(in region: String) -> String {
        "\(rawValue).dsql.\(region).on.aws"
    }
}
