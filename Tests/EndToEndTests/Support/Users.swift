import FoundationEssentials

/// IAM users of the local stack's account, for what the operator's own key may do.
enum Users {
    struct Keys {
        var arn: String
        var variables: [String: String]
    }

    /// - Parameter allow: the statements of its policy, in JSON.
    static func create(_ name: String, allow: String) async throws -> Keys {
        let user = try await Clients.boto3(
            "us-east-1",
            """
            iam = client('iam')
            user = iam.create_user(UserName='\(name)')['User']
            iam.put_user_policy(UserName='\(name)', PolicyName='all', PolicyDocument=json.dumps(
                {'Version': '2012-10-17', 'Statement': json.loads('''\(allow)''')}))
            answer = {'arn': user['Arn'], **iam.create_access_key(UserName='\(name)')['AccessKey']}
            """)
        return Keys(
            arn: user["arn"]?.text ?? "",
            variables: [
                "AWS_ACCESS_KEY_ID": user["AccessKeyId"]?.text ?? "",
                "AWS_SECRET_ACCESS_KEY": user["SecretAccessKey"]?.text ?? "",
            ])
    }
}

/// Folders that last as long as a test.
enum Folder {
    static func with<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.path() + "taskops-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }
}
