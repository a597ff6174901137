import Basics
package import Canary

/// A CloudFormation template in which EventBridge Scheduler runs the console as a Lambda function: its zip holds the program,
/// `taskops.yaml` and a `bootstrap` that runs `taskops canary --output emf` for each invocation, so that CloudWatch Logs
/// makes the metrics.
package enum ScheduleTemplate {
    /// What the function may do: IAM's words, and resources in which `ACCOUNT` stands for the account's number.
    package struct Statement: Sendable, Hashable {
        package var sid: String
        package var actions: [String]
        package var resources: [String]

        package init(sid: String, actions: [String], resources: [String]) {
            (self.sid, self.actions, self.resources) = (sid, actions, resources)
        }
    }

    /// Stands in resources where the template puts in the account's number.
    package static let account = "000000000000"

    package static func document(
        stack: String, rhythm: CanaryRhythm, arguments: [String], timeout: Int, statements: [Statement]
    ) throws -> String {
        let name = "taskops-canary-\(stack)"
        let template: JSONTree = [
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": .string(
                "taskops canary of stack \(stack): run by EventBridge Scheduler, its metrics in TaskOps/Canary."),
            "Parameters": [
                "CodeBucket": [
                    "Type": "String", "Description": "The bucket that holds the zip made by scripts/package-canary.sh.",
                ],
                "CodeKey": ["Type": "String", "Description": "The zip's key in it."],
                "Architecture": ["Type": "String", "Default": "x86_64", "AllowedValues": ["x86_64", "arm64"]],
            ],
            "Resources": [
                "LogGroup": [
                    "Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete",
                    "Properties": ["LogGroupName": .string("/aws/lambda/\(name)"), "RetentionInDays": 14],
                ],
                "FunctionRole": role(statements),
                "Function": [
                    "Type": "AWS::Lambda::Function",
                    "Properties": [
                        "FunctionName": .string(name), "Runtime": "provided.al2023", "Handler": "bootstrap",
                        "Architectures": [["Ref": "Architecture"]], "Role": ["Fn::GetAtt": ["FunctionRole", "Arn"]],
                        "Code": ["S3Bucket": ["Ref": "CodeBucket"], "S3Key": ["Ref": "CodeKey"]], "MemorySize": 256,
                        "Timeout": .number(Double(timeout)),
                        // One at a time is the schedule's matter: a run ends before the next begins, and nothing is retried.
                        "Environment": ["Variables": ["TASKOPS_CANARY_ARGUMENTS": .string(arguments.joined(separator: " "))]],
                        "LoggingConfig": ["LogGroup": ["Ref": "LogGroup"]],
                    ],
                ],
                "ScheduleRole": [
                    "Type": "AWS::IAM::Role",
                    "Properties": [
                        "AssumeRolePolicyDocument": trust("scheduler.amazonaws.com"),
                        "Policies": [
                            [
                                "PolicyName": "invoke",
                                "PolicyDocument": [
                                    "Version": "2012-10-17",
                                    "Statement": [
                                        [
                                            "Effect": "Allow", "Action": "lambda:InvokeFunction",
                                            "Resource": ["Fn::GetAtt": ["Function", "Arn"]],
                                        ]
                                    ],
                                ],
                            ]
                        ],
                    ],
                ],
                "Schedule": [
                    "Type": "AWS::Scheduler::Schedule",
                    "Properties": [
                        "Name": .string(name), "ScheduleExpression": .string(rhythm.rate), "State": "ENABLED",
                        "FlexibleTimeWindow": ["Mode": "OFF"],
                        "Target": [
                            "Arn": ["Fn::GetAtt": ["Function", "Arn"]], "RoleArn": ["Fn::GetAtt": ["ScheduleRole", "Arn"]],
                            // A canary that comes later is another canary.
                            "RetryPolicy": ["MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60],
                        ],
                    ],
                ],
                "NoRetries": [
                    "Type": "AWS::Lambda::EventInvokeConfig",
                    "Properties": [
                        "FunctionName": ["Ref": "Function"], "Qualifier": "$LATEST", "MaximumRetryAttempts": 0,
                        "MaximumEventAgeInSeconds": 60,
                    ],
                ],
            ],
            "Outputs": [
                "FunctionRoleArn": [
                    "Description": "Let it in as the console's role: taskops schema apply --console-role-arn ARN",
                    "Value": ["Fn::GetAtt": ["FunctionRole", "Arn"]],
                ]
            ],
        ]
        return try JSONView.document(template) + "\n"
    }

    // MARK: -

    private static func role(_ statements: [Statement]) -> JSONTree {
        let allowed = statements.map { statement -> JSONTree in
            [
                "Sid": .string(statement.sid), "Effect": "Allow", "Action": .array(statement.actions.map { .string($0) }),
                "Resource": .array(statement.resources.map(resource)),
            ]
        }
        let log: JSONTree = [
            "Sid": "Log", "Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": ["Fn::GetAtt": ["LogGroup", "Arn"]],
        ]
        return [
            "Type": "AWS::IAM::Role",
            "Properties": [
                "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
                "Policies": [
                    [
                        "PolicyName": "canary",
                        "PolicyDocument": ["Version": "2012-10-17", "Statement": .array(allowed + [log])],
                    ]
                ],
            ],
        ]
    }

    private static func resource(_ arn: String) -> JSONTree {
        guard arn.contains(account) else { return .string(arn) }
        return ["Fn::Sub": .string(arn.replacing(account, with: "${AWS::AccountId}"))]
    }

    private static func trust(_ service: String) -> JSONTree {
        [
            "Version": "2012-10-17",
            "Statement": [["Effect": "Allow", "Principal": ["Service": .string(service)], "Action": "sts:AssumeRole"]],
        ]
    }
}
