/// The parts of an Amazon Resource Name.
///
/// Source: AWS General Reference, "Amazon Resource Names": `arn:partition:service:region:account:resource`.
struct ResourceName {
    let partition: String
    let service: String
    let region: String
    let account: String
    /// All behind the account, further colons included.
    let resource: String

    static let form = "arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE"
    private static let partitions = ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"]

    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn", Self.partitions.contains(parts[1]), !parts[2].isEmpty, !parts[5].isEmpty
        else { return nil }
        (partition, service, region, account, resource) = (parts[1], parts[2], parts[3], parts[4], parts[5])
    }

    /// Twelve digits.
    static func isAccount(_ text: String) -> Bool {
        text.utf8.count == 12 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
