/// The parts of a function's ARN: `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME`, or `…:NAME:QUALIFIER`.
package struct FunctionARN: Sendable, Hashable {
    package var partition: String
    package var region: String
    package var account: String
    package var name: String
    /// A version or an alias.
    package var qualifier: String?

    package init?(_ arn: String) {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 7 || parts.count == 8, parts[0] == "arn", parts[2] == "lambda", parts[5] == "function" else {
            return nil
        }
        (partition, region, account, name) = (parts[1], parts[3], parts[4], parts[6])
        qualifier = parts.count == 8 ? parts[7] : nil
    }

    /// The ARN of a rule beside it.
    package func rule(_ rule: String, on bus: String) -> String {
        "arn:\(partition):events:\(region):\(account):rule/\(bus == "default" ? rule : "\(bus)/\(rule)")"
    }
}
