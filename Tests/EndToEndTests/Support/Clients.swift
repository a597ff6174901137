import Basics
import FoundationEssentials

/// The clients other people wrote, pointed at the stack: they are the check on its truthfulness.
enum Clients {
    /// Runs Python with boto3 in a Region and returns what the script put into `answer`.
    @discardableResult
    static func boto3(_ region: String = "us-east-1", _ script: String, variables: [String: String] = [:]) async throws
        -> JSONValue
    {
        let prelude = """
            import boto3, json, sys
            def client(name): return boto3.client(name, region_name=\(quoted(region)))
            answer = None

            """
        let ended = try await Programs.run(
            Programs.venv + "/python", ["-c", prelude + script + "\njson.dump(answer, sys.stdout, default=str)\n"],
            variables: LocalStack.current.variables.merging(variables) { _, own in own })
        guard ended.exit == 0 else {
            throw Problem(.failed, "a boto3 script failed", cause: ended.error)
        }
        return try JSONValue(ended.output)
    }

    /// The aws CLI's JSON answer.
    static func aws(_ region: String, _ arguments: String...) async throws -> JSONValue {
        let ended = try await Programs.run(
            Programs.venv + "/aws", arguments + ["--region", region, "--output", "json"],
            variables: LocalStack.current.variables)
        guard ended.exit == 0 else {
            throw Problem(.failed, "aws \(arguments.joined(separator: " "))", cause: ended.error)
        }
        return try JSONValue(ended.output)
    }

    /// Types the command of a hint that `taskops` gave into a shell set up for the stack.
    static func type(_ hint: String?) async throws -> Ended {
        guard let hint, let start = hint.firstRange(of: "aws ")?.lowerBound else {
            throw Problem(.failed, "there is no command to type", cause: hint)
        }
        return try await Programs.bash(String(hint[start...]), variables: LocalStack.current.variables)
    }

    private static func quoted(_ text: String) -> String { "'\(text)'" }
}

/// The stack's two queues of events that came to nothing.
enum Queues {
    enum Name: String {
        case undelivered = "task-events-dev-undelivered"
        case failed = "task-processor-dev-failed"
    }

    static func purge(_ region: String = "us-east-1") async throws {
        try await Clients.boto3(
            region,
            """
            sqs = client('sqs')
            for name in ('\(Name.undelivered.rawValue)', '\(Name.failed.rawValue)'):
                sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=name)['QueueUrl'])
            """)
    }

    /// Waits for one message and takes it out of the queue: its `Body` and `MessageAttributes`.
    static func message(in name: Name, _ region: String = "us-east-1") async throws -> JSONValue {
        try await Clients.boto3(
            region,
            """
            sqs = client('sqs')
            url = sqs.get_queue_url(QueueName='\(name.rawValue)')['QueueUrl']
            got = sqs.receive_message(QueueUrl=url, MessageAttributeNames=['All'], WaitTimeSeconds=15, MaxNumberOfMessages=1)
            answer = got.get('Messages', [None])[0]
            if answer: sqs.delete_message(QueueUrl=url, ReceiptHandle=answer['ReceiptHandle'])
            """)
    }
}
