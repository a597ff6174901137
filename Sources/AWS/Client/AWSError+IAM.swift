extension AWSError {
    private static let services: [AWSService] = [
        .eventBridge, .dsql, .lambda, .sqs, .logs, .cloudWatch, .cloudFormation, .sts, .resourceGroupsTagging,
    ]

    /// The IAM action that allows this call, such as `lambda:GetFunction`; nil for a service not called here.
    ///
    /// Source: AWS Service Authorization Reference. Prefix and operation make the action, but for Lambda's Invoke.
    package var iamAction: String? {
        guard let service = Self.services.first(where: { $0.name == service }) else { return nil }
        let prefix =
            switch service {
            case .cloudWatch: "cloudwatch"
            case .resourceGroupsTagging: "tag"
            default: service.signingName
            }
        let isInvoke = service == .lambda && operation == "Invoke"
        return "\(prefix):\(isInvoke ? "InvokeFunction" : operation)"
    }
}
