import Testing

/// A way to break us-east-1 as AWS's own clients can, and what the status page must say of it.
struct Broken: Sendable, CustomTestStringConvertible {
    var code: String
    /// As the page names the part.
    var part: String
    var exit: Int32
    /// boto3; what it leaves in `answer` the mending finds as `broken`.
    var breaking: String
    var mending: String
    /// Part of the command the page tells to type.
    var next: String

    var testDescription: String { code }

    private static let names = """
        bus, rule, function = 'task-events-dev', 'task-processing-rule', 'task-processor-dev'
        dead = 'task-events-dev-undelivered'

        """

    init(
        _ code: String, _ part: String, exit: Int32 = 2, breaking: String, mending: String, next: String
    ) {
        self.code = code
        self.part = part
        self.exit = exit
        self.breaking = Self.names + breaking
        self.mending = Self.names + mending
        self.next = next
    }

    static let all: [Broken] = [
        Broken(
            "rule-disabled", "rule", breaking: "client('events').disable_rule(Name=rule, EventBusName=bus)",
            mending: "client('events').enable_rule(Name=rule, EventBusName=bus)", next: "aws events enable-rule"),
        Broken(
            "permission-missing", "permission",
            breaking: """
                answer = json.loads(client('lambda').get_policy(FunctionName=function)['Policy'])['Statement'][0]
                client('lambda').remove_permission(FunctionName=function, StatementId=answer['Sid'])
                """,
            mending: """
                source = list(list(broken['Condition'].values())[0].values())[0]
                client('lambda').add_permission(
                    FunctionName=function, StatementId=broken['Sid'], Action='lambda:InvokeFunction',
                    Principal='events.amazonaws.com', SourceArn=source)
                """, next: "aws lambda"),
        Broken(
            "function-throttled", "function",
            breaking: "client('lambda').put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)",
            mending: "client('lambda').delete_function_concurrency(FunctionName=function)",
            next: "aws lambda delete-function-concurrency"),
        Broken(
            "log-group-never-expires", "log group", exit: 1,
            breaking: "client('logs').delete_retention_policy(logGroupName='/aws/lambda/' + function)",
            mending: "client('logs').put_retention_policy(logGroupName='/aws/lambda/' + function, retentionInDays=7)",
            next: "aws logs put-retention-policy"),
        Broken(
            "queue-growing", "DLQ",
            breaking: """
                sqs = client('sqs')
                sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=dead)['QueueUrl'], MessageBody='lost')
                """,
            mending: "sqs = client('sqs'); sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=dead)['QueueUrl'])",
            next: "aws sqs receive-message"),
    ]
}

extension ConsoleEndToEnd.StatusTests {
    /// Compares every fact with boto3's answer: names in lower camel case, times to the second, numbers as numbers.
    static let comparison = """
        def key(name): return name[:1].lower() + name[1:]
        def plain(value):
            if hasattr(value, 'isoformat'): return value.strftime('%Y-%m-%dT%H:%M:%SZ')
            if isinstance(value, dict): return {key(k): v if k.lower() == 'tags' else plain(v) for k, v in value.items()}
            if isinstance(value, list): return [plain(v) for v in value]
            return value
        compared, differences = 0, []
        def compare(path, ours, theirs):
            global compared
            if isinstance(ours, dict):
                for name, value in ours.items():
                    compare(f'{path}.{name}', value, theirs.get(name) if isinstance(theirs, dict) else None)
            elif isinstance(ours, list):
                if len(ours) != len(theirs or []): differences.append((path, ours, theirs))
                else:
                    for index, (one, other) in enumerate(zip(ours, theirs)): compare(f'{path}[{index}]', one, other)
            else:
                compared += 1
                if isinstance(ours, (int, bool)) and isinstance(theirs, str): ours = str(ours).lower()
                if ours != theirs and str(ours) != str(theirs): differences.append((path, ours, theirs))
        events, functions, logs, sqs = client('events'), client('lambda'), client('logs'), client('sqs')
        def queue(name):
            url = sqs.get_queue_url(QueueName=name)['QueueUrl']
            return {'queueUrl': url, **sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['All'])['Attributes']}
        function_facts = functions.get_function(FunctionName=function)
        function_facts['Configuration']['EnvironmentVariableNames'] = sorted(
            function_facts['Configuration'].pop('Environment')['Variables'])
        theirs = {
            'bus': events.describe_event_bus(Name=bus),
            'rule': events.describe_rule(Name=rule, EventBusName=bus),
            'targets': events.list_targets_by_rule(Rule=rule, EventBusName=bus)['Targets'],
            'function': function_facts,
            'policy': functions.get_policy(FunctionName=function),
            'eventInvokeConfig': functions.get_function_event_invoke_config(FunctionName=function),
            'logGroup': logs.describe_log_groups(logGroupNamePrefix='/aws/lambda/' + function)['logGroups'][0],
            'deadLetterQueue': queue(dead), 'failureQueue': queue(failed),
            'cluster': client('dsql').get_cluster(identifier=facts['cluster']['read']['identifier']),
            'alarms': [alarm for alarm in client('cloudwatch').describe_alarms(
                AlarmTypes=['MetricAlarm', 'CompositeAlarm'])['MetricAlarms']
                if any(d['Value'] == function for d in alarm.get('Dimensions', []))],
        }
        for name, value in theirs.items():
            if 'read' not in facts.get(name, {}): differences.append((name, facts.get(name), 'not read'))
            else: compare(name, facts[name]['read'], plain(value))
        answer = {'compared': compared, 'differences': [str(one) for one in differences]}
        """
}
