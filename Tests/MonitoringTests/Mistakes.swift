import Monitoring

/// The corpus: what people get wrong, each with the place where it must be found. Longer than its neighbours, because it is
/// one list.
extension Mistake {
    private static let errors = "alarms/errors.yaml"
    private static let rate = "alarms/rate.yaml"
    private static let duration = "alarms/duration.yaml"
    private static let through = "alarms/through.yaml"
    private static let group = "log-groups/function.yaml"
    private static let tasks = "dashboards/tasks.json"

    /// The fourteen that the field's tools were tried with.
    static let planted = [
        replace(
            errors, "Period: 60\nEvaluationPeriods: 5", "Period: 300\nEvaluationPeriods: «3000", .evaluationWindow, "at most 288"),
        replace(errors, "DatapointsToAlarm: 3", "DatapointsToAlarm: «6", .evaluationWindow, "only 5 EvaluationPeriods"),
        replace(
            errors, #"["${topic}"]"#, #"["${topic}", "${topic}2", "${topic}3", "${topic}4", "${topic}5", «"${topic}6"]"#,
            .outOfRange, "at most 5"),
        replace(errors, "MetricName: Errors", "MetricName: «Erors", .unknownMetric, "did you mean Errors?"),
        replace(
            rate, "100 * errors / invocations", "«100 * errors / / invocations", .metricMath, "`/` stands where a value is due"),
        replace(through, "AlarmRule: ALARM", "AlarmRule: «ALARM(x) ORR ALARM", .alarmRule, "AND or OR is due here"),
        replace(
            through, #"ALARM("${function}-errors") OR"#, #"«ALARM("${function}-eror") OR"#, .unknownAlarm,
            "did you mean task-processor-dev-errors?"),
        replace(tasks, #""type": "text""#, #""type": «"txt""#, .unknownValue, "did you mean text?"),
        replace(tasks, #""x": 0"#, #""x": «30"#, .outOfRange, "from 0 to 23, and is 30"),
        replace(tasks, #""width": 12"#, #""width": «99"#, .outOfRange, "from 1 to 24, and is 99"),
        replace(tasks, #""region": "us-east-1","#, #""region": «"us-esat-1","#, .unknownValue, "did you mean us-east-1?"),
        replace(
            tasks, #"["AWS/Lambda", "Errors", "FunctionName", "${function}", {"id": "errors"}]"#,
            #"«["AWS/Lambda", {"id": "errors"}]"#, .metricsArray, "a namespace and a name"),
        replace(tasks, #""start": "-PT3H","#, #""start": "-PT3H"«"#.replacing("«", with: ""), .syntax, "a comma or } is due here")
            .pointing(at: tasks, #"  «"widgets""#),
        replace(group, "retentionInDays: 14", "retentionInDays: «15", .outOfRange, "write 14 or 30"),
    ]

    static let ofFiles = [
        add(["alarms/broken.yaml": "AlarmName: a\n  Period«: 60\n"], .syntax, "not valid YAML"),
        add(
            ["alarms/tabs.yaml": "AlarmName: a\nDimensions:\n«\t- {Name: a, Value: b}\n"], .syntax,
            "YAML is not indented with tabs"),
        add(["alarms/loop.yaml": "AlarmName: «&a [*a]\n"], .syntax, "unfold"),
        add(["alarms/two.yaml": "x-a: 1\n---\n«AlarmName: b\n"], .syntax, "a second YAML document begins here"),
        add(["dashboards/quote.json": "{\"widgets\": [], \"start\": «\"x\n}"], .syntax, "write a line's end as \\n")
            .pointing(at: "dashboards/quote.json", "\"x«"),
        add(["alarms/empty.yaml": "«"], .emptyFile, "the file is empty"),
        add(["alarms/words.yaml": "«# words\n"], .emptyFile, "the file is empty")
            .pointing(at: "alarms/words.yaml", "«# words"),
        add(["alarms/group.yaml": "«logGroupName: a\n"], .wrongFolder, "move it to log-groups/"),
        add(["alarms/board.json": "«{\"widgets\": []}"], .wrongFolder, "move it to dashboards/"),
        add(["log-groups/alarm.yaml": "«AlarmName: a\nPeriod: 60\n"], .wrongFolder, "move it to alarms/"),
        add(["alarms/list.yaml": "«- AlarmName: a\n"], .wrongType, "a list goes under alarms:"),
        replace(errors, "TreatMissingData:", "«TreatMissingdata:", .unknownKey, "did you mean `TreatMissingData`?"),
        replace(errors, "Period: 60", "Period: 60\n«Period: 300", .duplicateKey, "Period is given twice"),
        replace(tasks, #""start": "-PT3H","#, #""start": "-PT3H", «"start": "-PT3H","#, .duplicateKey, "start is given twice"),
        replace(errors, "${topic}", "${topik}", .unknownVariable, "did you mean ${topic}?")
            .pointing(at: errors, "[«\"${topik}"),
        replace(errors, "${topic}", "${us-east-1.topic", .unknownVariable, "without its }")
            .pointing(at: errors, "[«\"${us"),
        replace(tasks, "${LABEL}", "${LABELL}", .unknownVariable, "did you mean ${LABEL}?")
            .pointing(at: tasks, "«\"${LABELL}"),
        replace(errors, "AlarmName:", "for: [us-east-1, «us-west-1]\nAlarmName:", .unknownRegion, "did you mean us-west-2?")
            .allowing(.unknownAlarm, .unknownLogGroup),
        replace(errors, "AlarmName:", "for: «{a: b}\nAlarmName:", .wrongType, "each Region"),
        add(["alarms/again.yaml": alarm.replacing("AlarmName: ", with: "AlarmName: «")], .duplicateName, "alarms/errors.yaml:1:1")
            .pointing(at: "alarms/errors.yaml", "AlarmName: «").with(words: "alarms/again.yaml:1:1"),
        add(["alarms/list.yml": "defaults: {Statistic: Sum}\nalarm«s:\n"], .wrongType, "alarms must be a list")
            .pointing(at: "alarms/list.yml", "alarms:«"),
        add(
            ["alarms/list.yml": "«default: {Statistic: Sum}\nalarms: [{AlarmName: a, AlarmRule: 'FALSE'}]\n"], .unknownKey,
            "did you mean `defaults`?"),
        add(
            ["dashboards/named.yaml": "DashboardName: a\nDashboardBody: «'{\"widgets\": ]}'\n"], .syntax,
            "DashboardBody is not valid JSON"),
        add(["dashboards/named.yaml": "«DashboardName: a\n"], .missingMember, "DashboardBody is missing"),
        add(["alarms/errors.yamll": "«"], .unreadFile, "nobody reads this file", severity: .warning)
            .nowhere("alarms/errors.yamll"),
    ]

    static let ofAlarms = [
        replace(errors, "Threshold: 1\n", "", .missingMember, "Threshold is missing").pointing(at: errors, "«AlarmName"),
        replace(errors, "Statistic: Sum\n", "", .missingMember, "Statistic is missing").pointing(at: errors, "«AlarmName"),
        replace(errors, "Namespace: AWS/Lambda\n", "", .missingMember, "Namespace is missing").pointing(at: errors, "«AlarmName"),
        replace(errors, "Threshold: 1", "Threshold: «\"1\"", .wrongType, "take the quotes away"),
        replace(errors, "Threshold: 1", "Threshold: «high", .wrongType, "must be a number"),
        replace(
            errors, "EvaluationPeriods: 5", "EvaluationPeriods: «2.5", .wrongType, "a whole number"),
        replace(errors, "Period: 60", "Period: «45", .outOfRange, "write 60"),
        replace(errors, "Period: 60", "Period: «0", .outOfRange, "from 1 to"),
        replace(
            errors, "TreatMissingData: notBreaching", "TreatMissingData: «notbreaching", .unknownValue,
            "did you mean notBreaching?"),
        replace(errors, "Statistic: Sum", "Statistic: «p99", .unknownValue, "ExtendedStatistic"),
        replace(errors, "Statistic: Sum", "Statistic: Sum\n«ExtendedStatistic: p99", .exclusiveMembers, "exclude each other"),
        replace(errors, "Statistic: Sum", "ExtendedStatistic: «p101", .statistic, "is no statistic"),
        replace(errors, "Statistic: Sum", "ExtendedStatistic: «Sum", .statistic, "write Statistic: Sum"),
        replace(
            errors, "Statistic: Sum", "Statistic: Sum\n«EvaluateLowSampleCountPercentile: ignore", .statistic, "percentiles only"),
        replace(
            rate, "EvaluationPeriods: 5", "«Period: 60\nEvaluationPeriods: 5", .exclusiveMembers, "cannot stand beside Metrics"),
        replace(
            rate, "EvaluationPeriods: 5", "«EvaluationInterval: 60\nEvaluationPeriods: 5", .exclusiveMembers, "EvaluationCriteria"
        ),
        replace(rate, "  - Id: rate\n", "  - Id: rate\n    ReturnData: false\n", .returnData, "no item returns data")
            .pointing(at: rate, "«Metrics:"),
        replace(rate, "  - Id: errors\n    ReturnData: false", "  - Id: errors", .returnData, "2 items return data")
            .pointing(at: rate, "  - «Id: rate"),
        replace(rate, "Id: invocations", "Id: «errors", .duplicateID, "given twice", others: [.metricMath]),
        replace(rate, "Id: rate", "Id: «Rate", .malformedName, "lower-case letter"),
        replace(
            rate, "    Expression: 100",
            "    MetricStat: {Metric: {Namespace: A, MetricName: B}, Period: 60, Stat: Sum}\n    «Expression: 100",
            .exclusiveMembers, "exclude each other"),
        replace(rate, "Stat: Sum\n  - Id: invocations", "Stat: «Summ\n  - Id: invocations", .statistic, "did you mean Sum?"),
        replace(
            duration, "GreaterThanUpperThreshold", "«GreaterThanThreshold", .anomalyBand, "does not go with ThresholdMetricId"),
        replace(
            duration, "ThresholdMetricId: band\n", "", .anomalyBand, "ThresholdMetricId is missing",
            others: [.metricMath, .returnData]
        ).pointing(at: duration, "ComparisonOperator: «"),
        replace(
            duration, "ThresholdMetricId: band", "ThresholdMetricId: «bnad", .anomalyBand, "did you mean band?",
            others: [.metricMath, .returnData]),
        replace(
            duration, "EvaluationPeriods", "«Threshold: 1\nEvaluationPeriods", .exclusiveMembers,
            "Threshold and ThresholdMetricId"),
        replace(
            errors, "AlarmName: ${function}-errors", "AlarmName: «\"${function}\\n-errors\"", .malformedName,
            "control characters",
            others: [.unknownAlarm]),
        replace(
            errors, "AlarmName:", "Tags: [{Key: \"«aws:team\", Value: x}]\nAlarmName:", .reservedTag, "AWS keeps this beginning"
        )
        .pointing(at: errors, "«Tags"),
        replace(
            errors, "AlarmName:", "«Tags: [{Key: taskops:stack, Value: x}]\nAlarmName:", .reservedTag, "taskops apply sets it"),
        replace(
            errors, "Dimensions:\n", "Dimensions:\n  - {Name: Resource}\n", .missingMember, "Value is missing",
            others: [.unknownDimension]
        ).pointing(at: errors, "- «{Name: Resource}"),
        replace(
            through, "AlarmActions", "«ActionsSuppressorWaitPeriod: 60\nAlarmActions", .exclusiveMembers,
            "goes with ActionsSuppressor"),
        replace(
            through, "AlarmActions",
            "«ActionsSuppressor: task-processor-dev-errors\nfor: [us-east-1]\nActionsSuppressorWaitPeriod: 60\nAlarmActions",
            .missingMember, "ActionsSuppressorExtensionPeriod"),
        add(
            [
                "alarms/promql.yaml":
                    "AlarmName: p\nEvaluationCriteria: {PromQLCriteria: {Query: up}}\nEvaluationInterval: 60\n«Threshold: 1\n"
            ],
            .exclusiveMembers, "beside EvaluationCriteria"),
        add(
            ["alarms/promql.yaml": "«AlarmName: p\nEvaluationCriteria: {PromQLCriteria: {Query: up}}\n"], .missingMember,
            "EvaluationInterval"),
        add(
            [
                "alarms/nothing.yaml":
                    "«AlarmName: n\nEvaluationPeriods: 1\nThreshold: 1\nComparisonOperator: GreaterThanThreshold\n"
            ],
            .missingMember, "the alarm watches nothing"),
        add(["alarms/typed.json": "{\"AlarmName\": «5, \"AlarmRule\": \"FALSE\"}"], .wrongType, "write \"5\""),
        replace(errors, "AlarmActions:", "ActionsEnabled: «yes\nAlarmActions:", .wrongType, "write true"),
    ]

    static let ofReferences = [
        replace(errors, "Namespace: AWS/Lambda", "Namespace: «AWS/Lamda", .unknownMetric, "did you mean AWS/Lambda?"),
        replace(errors, "MetricName: Errors", "MetricName: «Unheard", .unknownMetric, "that is known", severity: .warning),
        replace(errors, "- {Name: FunctionName", "- «{Name: FunctionNames", .unknownDimension, "did you mean FunctionName?"),
        replace(
            errors, #"Value: "${function}""#, #"Value: task-procesor-dev"#, .foreignResource, "did you mean task-processor-dev?",
        ).pointing(at: errors, "- «{Name"),
        replace(
            errors, #"Value: "${function}""#, #"Value: "${us-east-1.function}""#, .foreignResource,
            "is us-east-1's, not us-west-2's"
        )
        .pointing(at: errors, "- «{Name"),
        replace(
            errors, #"Value: "${function}""#, "Value: somebody-elses", .foreignResource, "no function of this stack",
            severity: .warning
        )
        .pointing(at: errors, "- «{Name"),
        add(
            [
                "alarms/rule.yaml": alarm.replacing("-errors", with: "-failed").replacing("AWS/Lambda", with: "AWS/Events")
                    .replacing("Errors", with: "FailedInvocations")
                    .replacing(#"{Name: FunctionName, Value: "${function}"}"#, with: "«{Name: RuleName, Value: \"${rule}\"}")
            ],
            .unknownDimension, "EventBusName"),
        replace(errors, #"["${topic}"]"#, "[«\"arn:aws:sns:us-east-1:123456789012:on-call\"]", .actionRegion, "write ${region}"),
        replace(errors, #"["${topic}"]"#, "[«on-call]", .malformedARN, "is no ARN"),
        replace(errors, #"["${topic}"]"#, "[«\"arn:aws:sns:${region}:12345:on-call\"]", .malformedARN, "twelve digits"),
        replace(
            errors, #"["${topic}"]"#, "[«\"arn:aws:sqs:${region}:${account}:queue\"]", .malformedARN,
            "no action of the service `sqs`"),
        replace(
            through, #"["${topic}"]"#, "[«\"arn:aws:automate:${region}:ec2:stop\"]", .malformedARN,
            "composite alarm takes no action",
        ),
        replace(errors, #"["${topic}"]"#, #"["${topic}", «"${topic}"]"#, .duplicateName, "twice"),
        add(
            [
                "alarms/a.yaml": "AlarmName: a\nAlarmRule: «ALARM(b)\n",
                "alarms/b.yaml": "AlarmName: b\nAlarmRule: NOT ALARM(a)\n",
            ],
            .alarmCycle, "a → b → a"),
        add(["alarms/self.yaml": "AlarmName: self\nAlarmRule: «ALARM(self)\n"], .alarmCycle, "self → self"),
        add(
            ["runbooks/errors.md": "#", "runbooks/rate.md": "#", "runbooks/duration.md": "#", "runbooks/throuhg.md": "#"],
            .missingRunbook, "did you mean runbook: throuhg?", others: [.runbookWithoutAlarm]
        ).pointing(at: through, "«AlarmName"),
        add(
            [
                "runbooks/errors.md": "#", "runbooks/rate.md": "#", "runbooks/duration.md": "#", "runbooks/through.md": "#",
                "runbooks/forgotten.md": "«#",
            ], .runbookWithoutAlarm, "runbook: forgotten"
        ).nowhere("runbooks/forgotten.md"),
        replace(
            tasks, "alarm:${function}-errors", "alarm:${function}-eror", .unknownAlarm, "did you mean task-processor-dev-errors?"
        )
        .pointing(at: tasks, "[«\"arn:aws:cloudwatch"),
        replace(
            tasks, "SOURCE '/aws/lambda/${function}'", "SOURCE '/aws/lambda/task-procesor-dev'", .unknownLogGroup, "did you mean"
        )
        .pointing(at: tasks, "\"query\": «"),
        add(
            [
                "alarms/filter.yaml": alarm.replacing("-errors", with: "-logged").replacing("AWS/Lambda", with: "TaskSystem")
                    .replacing("MetricName: Errors", with: "MetricName: «LogedErrors").replacing(
                        "Dimensions:\n  - {Name: FunctionName, Value: \"${function}\"}\n", with: "")
            ],
            .unknownMetric, "did you mean LoggedErrors?"),
    ]

    static let ofExpressions = [
        replace(rate, "100 * errors / invocations", "«100 * eror / invocations", .metricMath, "did you mean errors?"),
        replace(rate, "100 * errors / invocations", "«(100 * errors / invocations", .metricMath, "`)` is missing"),
        replace(rate, "100 * errors / invocations", "«FILL(errors)", .metricMath, "FILL takes 2 arguments, and has 1"),
        replace(rate, "100 * errors / invocations", "«FILL(errors, REPEET)", .metricMath, "did you mean REPEAT?"),
        replace(rate, "100 * errors / invocations", "«SUMM([errors, invocations])", .metricMath, "did you mean SUM?"),
        replace(rate, "100 * errors / invocations", "«sum([errors, invocations])", .metricMath, "in capitals"),
        replace(rate, "100 * errors / invocations", "«MAX(errors, invocations)", .metricMath, "MAX([m1, m2])"),
        replace(rate, "100 * errors / invocations", "«SUM(errors)", .metricMath, "gives one number"),
        replace(rate, "100 * errors / invocations", "«METRICS()", .metricMath, "gives several series"),
        replace(
            rate, "100 * errors / invocations", "«SUM(SEARCH('{AWS/Lambda,FunctionName} MetricName=\"Errors\"', 'Sum'))",
            .metricMath,
            "an alarm takes no SEARCH"),
        replace(rate, "100 * errors / invocations", "«rate + errors", .metricMath, "made of itself"),
        replace(rate, "100 * errors / invocations", "«errors = 5", .metricMath, "equal is written =="),
        replace(
            rate, "100 * errors / invocations", "«SELECT SUM(Errors) FORM \"AWS/Lambda\"", .metricsInsights, "did you mean FROM?"),
        replace(rate, "100 * errors / invocations", "«SELECT SUM(Errors) FROM AWS/Lambda", .metricsInsights, "double quotes"),
        replace(
            rate, "100 * errors / invocations", "«SELECT TOTAL(Errors) FROM \"AWS/Lambda\"", .metricsInsights,
            "no function `TOTAL`"),
        replace(
            rate, "100 * errors / invocations", "«SELECT SUM(Errors) FROM \"AWS/Lambda\" WHERE FunctionName = \"x\"",
            .metricsInsights,
            "single quotes"),
        replace(
            rate, "100 * errors / invocations", "«SELECT SUM(Erors) FROM \"AWS/Lambda\"", .unknownMetric, "did you mean Errors?"),
        replace(
            tasks, "100 * errors / invocations", "SEARCH('{AWS/Lambda,FunctionName MetricName=Errors', 'Sum')", .searchExpression,
            "the schema has no }"
        ).pointing(at: tasks, "{\"expression\": «"),
        replace(
            tasks, "100 * errors / invocations", "SEARCH('{AWS/Lambda,FunctionName} MetricName=\\\"Erors\\\"', 'Sum')",
            .unknownMetric,
            "did you mean Errors?"
        ).pointing(at: tasks, "{\"expression\": «"),
        replace(
            tasks, "100 * errors / invocations", "SEARCH('{AWS/Lambda,FunctionName} Errors', 'Summ')", .metricMath,
            "did you mean Sum?"
        )
        .pointing(at: tasks, "{\"expression\": «"),
        replace(through, "AlarmRule: ALARM", "AlarmRule: «ALRM(x) OR ALARM", .alarmRule, "did you mean ALARM?"),
        replace(through, "AlarmRule: ALARM", "AlarmRule: «NOT (ALARM", .alarmRule, "`)` is missing"),
        replace(through, "AlarmRule: ALARM", "AlarmRule: «ALARM() OR ALARM", .alarmRule, "has no name"),
        replace(through, "AlarmRule: ALARM", "AlarmRule: «AT_LEAST(3, ALARM, (a, b)) OR ALARM", .alarmRule, "can never be"),
    ]

    static let ofLogGroups = [
        replace(
            group, "logGroupName: /aws/lambda/${function}", "logGroupName: «/aws/lambda/${function}:x", .malformedName,
            "cannot hold `:`"),
        replace(
            group, "logGroupName: /aws/lambda/${function}", "logGroupName: «aws/lambda/${function}", .malformedName,
            "did you mean /aws/lambda"),
        replace(
            group, "retentionInDays: 14", "logGroupClass: INFREQUENT_ACCESS\nretentionInDays: 14", .logGroupClass,
            "takes no metricFilters",
            others: [.logGroupClass]
        ).pointing(at: group, "«metricFilters").twoLines,
        replace(
            group, "'{ $.level = \"error\" }'", "«'{ $.level = \"error\" '", .filterPattern, "`}` is due at the pattern's end"),
        replace(group, "'{ $.level = \"error\" }'", "«'{ level = \"error\" }'", .filterPattern, "a field begins with $."),
        replace(group, "'{ $.level = \"error\" }'", "«'{ $.level == \"error\" }'", .filterPattern, "one ="),
        replace(group, "'{ $.level = \"error\" }'", "«'[ip, user, ..., status=4*'", .filterPattern, "`]` is due"),
        replace(group, "'{ $.level = \"error\" }'", "«'\"half a quote'", .filterPattern, "without its end"),
        replace(group, "'{ $.level = \"error\" }'", "«'%a% %b% %c%'", .filterPattern, "two regular expressions"),
        replace(group, "metricValue: \"1\"", "metricValue: «one", .wrongType, "neither a number nor a field"),
        replace(
            group, "metricValue: \"1\"", "metricValue: \"1\"\n        «defaultValue: 0\n        dimensions: {level: $.level}",
            .exclusiveMembers,
            "takes no defaultValue"),
        replace(group, "metricNamespace: TaskSystem", "metricNamespace: «AWS/Tasks", .malformedName, "AWS's own"),
        replace(
            group, "destinationArn: arn:aws:lambda:${region}", "destinationArn: «arn:aws:lambda:us-east-1", .actionRegion,
            "write ${region}"),
        replace(
            group, "destinationArn: arn:aws:lambda:${region}:${account}:function:archive",
            "destinationArn: arn:aws:kinesis:${region}:${account}:stream/archive", .missingMember, "roleArn is missing"
        )
        .pointing(at: group, "- «filterName: archive"),
        replace(
            group, "- filterName: archive",
            "- filterName: archive\n    filterPattern: x\n    destinationArn: arn:aws:lambda:${region}:${account}:function:archive\n  - filterName: «archive",
            .duplicateName, "a second filter"),
    ]

    static let ofDashboards = [
        replace(tasks, #""start": "-PT3H""#, #""start": «"3 hours""#, .dashboardBody, "is no time"),
        replace(tasks, #""start": "-PT3H""#, #""end": «"2026-12-17T06:00:00Z""#, .missingMember, "start is missing"),
        replace(tasks, #""view": "timeSeries""#, #""view": «"timeseries""#, .unknownValue, "did you mean timeSeries?"),
        replace(tasks, #""view": "timeSeries""#, #""view": «"gauge""#, .missingMember, "a gauge needs"),
        replace(tasks, #""stat": "Sum""#, #""stat": «"Total""#, .statistic, "is no statistic"),
        replace(tasks, #""period": 60"#, #""period": «90"#, .outOfRange, "multiple of 60"),
        replace(tasks, #""period": 60"#, #""period": «"60""#, .wrongType, "without quotes"),
        replace(
            tasks, #"["AWS/Lambda", "Errors""#, #"[«".", "Errors""#, .metricsArray, "this is the first"
        ).manyLines,
        replace(
            tasks, #"[".", "Invocations", ".", ".","#, #"«[".", "Invocations", ".","#, .metricsArray, "has no value"),
        replace(tasks, #"{"id": "invocations""#, #"{"id": «"Invocations""#, .malformedName, "is no id", others: [.metricMath]),
        replace(tasks, ##""color": "#d62728""##, #""color": «"red""#, .dashboardBody, "six hexadecimal digits"),
        replace(tasks, #"{"value": 1,"#, #"{"value": «"1","#, .wrongType, "is a number"),
        replace(tasks, #""horizontal": ["#, #"«"horizontl": ["#, .unknownKey, "did you mean `horizontal`?"),
        replace(tasks, #""markdown": "#, #"«"markdwon": "#, .unknownKey, "did you mean `markdown`?"),
        replace(tasks, #""query": "SOURCE '/aws/lambda/${function}' | "#, #""query": «""#, .logQuery, "names no log group"),
        replace(
            tasks, #""x": 0, "y": 0, "width": 12"#, #""x": 18, "y": 0, "width": «12"#, .widgetPlace, "ends at column 30",
            severity: .warning),
        replace(tasks, #""x": 0, "y": 0, "#, #""x": «0, "#, .widgetPlace, "y is missing beside x"),
        replace(
            tasks, #""title": "Errors","#, #""title": "Errors", «"zoom": 3,"#, .unknownKey, "unknown key `zoom`",
            severity: .warning),
        replace(
            tasks, #"["AWS/Lambda", "Errors", "FunctionName""#, #"["AWS/Lambda", «"Erors", "FunctionName""#, .unknownMetric,
            "did you mean Errors?"),
        replace(
            tasks, #"["AWS/Lambda", "Errors", "FunctionName", "${function}""#,
            #"["AWS/Lambda", "Errors", "FunctionName", «"${us-west-2.function}""#,
            .foreignResource, "is us-west-2's", others: [.foreignResource]
        ).manyLines,
        replace(
            tasks, #""widgets": ["#,
            #""variables": [«{"type": "property", "inputType": "select", "id": "v", "property": "region"}], "widgets": ["#,
            .missingMember, "values is missing"),
        add(["dashboards/a b.json": "«{\"widgets\": []}"], .malformedName, "letters, digits, - and _"),
        add(
            ["dashboards/big.json": "{\"widgets\": []}" + String(repeating: " ", count: 1_100_000) + "«"], .fileSize,
            "1024 are sent to AWS at most"
        )
        .pointing(at: "dashboards/big.json", "«{"),
    ]
}

extension Mistake {
    /// The same, with the place in a text that has no room for a mark: `mark` is that text with `«` in it.
    func pointing(at file: String, _ mark: String) -> Mistake {
        var mistake = self
        mistake.files = mistake.files.mapValues { $0.replacing("«", with: "") }
        let plain = mark.replacing("«", with: "")
        precondition(mistake.files[file]?.contains(plain) == true, "\(file) has no \(plain)")
        mistake.files[file] = mistake.files[file]?.replacing(plain, with: mark, maxReplacements: 1)
        return mistake
    }

    func allowing(_ rules: FindingRule...) -> Mistake {
        var mistake = self
        mistake.others.formUnion(rules)
        return mistake
    }

    func with(words: String) -> Mistake {
        var mistake = self
        mistake.words = words
        return mistake
    }

    /// It is about a file as a whole.
    func nowhere(_ file: String) -> Mistake {
        var mistake = self
        mistake.files = mistake.files.mapValues { $0.replacing("«", with: "") }
        mistake.wholeFile = file
        return mistake
    }

    /// What is wrong once goes wrong on several lines.
    var manyLines: Mistake {
        var mistake = self
        mistake.isOnOneLine = false
        return mistake
    }

    var twoLines: Mistake { manyLines }
}
