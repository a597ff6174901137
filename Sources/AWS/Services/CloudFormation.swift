package import Basics

/// AWS CloudFormation (botocore model `cloudformation` 2010-05-15, query protocol), as far as its stacks are read.
package struct CloudFormation: Sendable {
    let client: AWSClient
    let region: String

    package struct StackStatus: OpenEnum {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let deleteInProgress: StackStatus = "DELETE_IN_PROGRESS"
        package static let deleteComplete: StackStatus = "DELETE_COMPLETE"
    }

    package struct Stack: Sendable, Hashable, Codable {
        /// Its ARN.
        package var stackID: String?
        package var stackName: String
        package var stackStatus: StackStatus
        package var description: String?
        /// The values of those marked NoEcho come as asterisks.
        package var parameters: [Parameter]?
        package var outputs: [Output]?
        package var tags: [Tag]?

        package init(
            stackID: String? = nil, stackName: String, stackStatus: StackStatus, description: String? = nil,
            parameters: [Parameter]? = nil, outputs: [Output]? = nil, tags: [Tag]? = nil
        ) {
            self.stackID = stackID
            self.stackName = stackName
            self.stackStatus = stackStatus
            self.description = description
            self.parameters = parameters
            self.outputs = outputs
            self.tags = tags
        }

        enum CodingKeys: String, CodingKey {
            case stackID = "StackId"
            case stackName = "StackName"
            case stackStatus = "StackStatus"
            case description = "Description"
            case parameters = "Parameters"
            case outputs = "Outputs"
            case tags = "Tags"
        }
    }

    package struct Parameter: Sendable, Hashable, Codable {
        package var parameterKey: String?
        package var parameterValue: String?

        package init(_ key: String?, _ value: String?) {
            parameterKey = key
            parameterValue = value
        }

        enum CodingKeys: String, CodingKey {
            case parameterKey = "ParameterKey"
            case parameterValue = "ParameterValue"
        }
    }

    package struct Output: Sendable, Hashable, Codable {
        package var outputKey: String?
        package var outputValue: String?

        package init(_ key: String?, _ value: String?) {
            outputKey = key
            outputValue = value
        }

        enum CodingKeys: String, CodingKey {
            case outputKey = "OutputKey"
            case outputValue = "OutputValue"
        }
    }

    package struct Tag: Sendable, Hashable, Codable {
        package var key: String?
        package var value: String?

        package init(_ key: String?, _ value: String?) {
            self.key = key
            self.value = value
        }

        enum CodingKeys: String, CodingKey {
            case key = "Key"
            case value = "Value"
        }
    }

    package struct DescribeStacksOutput: Sendable, Hashable, Codable {
        package var stacks: [Stack]?
        package var nextToken: String?

        enum CodingKeys: String, CodingKey {
            case stacks = "Stacks"
            case nextToken = "NextToken"
        }
    }

    /// One page, of at most 1 MB.
    ///
    /// - Parameter stackName: a name or an ARN; without it every stack that is not deleted is described, for which IAM
    ///   wants `cloudformation:ListStacks` beside `cloudformation:DescribeStacks` (API reference, DescribeStacks).
    package func describeStacks(
        stackName: String? = nil, nextToken: String? = nil, deadline: Deadline
    ) async throws(AWSError) -> DescribeStacksOutput {
        var parameters: [(name: String, value: String)] = []
        if let stackName { parameters.append(("StackName", stackName)) }
        if let nextToken { parameters.append(("NextToken", nextToken)) }
        let operation = AWSOperation.queryResult(.cloudFormation, "DescribeStacks", parameters) { result in
            DescribeStacksOutput(
                stacks: try result.list("Stacks")?.map(Self.stack), nextToken: result.text("NextToken"))
        }
        return try await client.call(operation, in: region, deadline: deadline)
    }

    /// Every stack of the account in this Region, all pages.
    package func allStacks(deadline: Deadline) async throws(AWSError) -> [Stack] {
        var found: [Stack] = []
        var token: String?
        repeat {
            let page = try await describeStacks(nextToken: token, deadline: deadline)
            found += page.stacks ?? []
            // The last page may carry an empty one.
            token = page.nextToken.flatMap { $0.isEmpty ? nil : $0 }
        } while token != nil
        return found
    }

    private static func stack(_ member: XMLElement) throws -> Stack {
        Stack(
            stackID: member.text("StackId"), stackName: try member.required("StackName"),
            stackStatus: StackStatus(rawValue: try member.required("StackStatus")),
            description: member.text("Description"),
            parameters: member.list("Parameters")?.map {
                Parameter($0.text("ParameterKey"), $0.text("ParameterValue"))
            },
            outputs: member.list("Outputs")?.map { Output($0.text("OutputKey"), $0.text("OutputValue")) },
            tags: member.list("Tags")?.map { Tag($0.text("Key"), $0.text("Value")) })
    }
}

extension AWSClient {
    package func cloudFormation(_ region: String) -> CloudFormation { CloudFormation(client: self, region: region) }
}
