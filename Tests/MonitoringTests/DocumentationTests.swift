import Basics
import TestSupport
import Testing

@testable import Monitoring

/// AWS's own examples are no mistakes. Each is named after the page it is from.
@Suite struct DocumentationTests {
    private func expectNothing(_ files: [String: String], warnings: Int = 0) throws {
        let findings = try Checkout(files).findings()
        let list = findings.map { "\($0.severity.rawValue) \($0.problem)" }.joined(separator: "\n")
        #expect(findings.allSatisfy { $0.severity == .warning }, "\(list)")
        #expect(findings.count == warnings, "\(list)")
    }

    /// AWS CLI, `put-metric-alarm` and `put-composite-alarm`, Examples; PutCompositeAlarm, `AlarmRule`.
    @Test func alarmsOfTheCommandLine() throws {
        let rule = { (name: String, rule: String) in "  - AlarmName: \(name)\n    AlarmRule: '\(rule)'\n" }
        try expectNothing([
            "alarms/cli.yaml": """
            for: [us-east-1]
            alarms:
              - AlarmName: cpu-mon
                AlarmDescription: Alarm when CPU exceeds 70 percent
                MetricName: CPUUtilization
                Namespace: AWS/EC2
                Statistic: Average
                Period: 300
                Threshold: 70
                ComparisonOperator: GreaterThanThreshold
                Dimensions: [{Name: InstanceId, Value: i-12345678}]
                EvaluationPeriods: 2
                AlarmActions: ["arn:aws:sns:us-east-1:111122223333:MyTopic"]
                Unit: Percent
              - AlarmName: Default_Test_Alarm3
                AlarmDescription: The default example alarm
                Namespace: CW EXAMPLE METRICS
                MetricName: Default_Test
                Statistic: Average
                Period: 60
                EvaluationPeriods: 3
                Threshold: 50
                ComparisonOperator: GreaterThanOrEqualToThreshold
                Dimensions: [{Name: key1, Value: value1}, {Name: key2, Value: value2}]

            """ + rule("CPUUtilizationTooHigh", "FALSE") + rule("DiskReadOpsTooHigh", "TRUE")
                + rule("DeploymentInProgress", "false") + rule("NetworkOutTooHigh", "FALSE") + rule("MemUsageTooHigh", "FALSE")
                + rule("ProdAlarm", "ALARM(CPUUtilizationTooHigh) AND ALARM(MemUsageTooHigh)")
                + rule("a", "ALARM(CPUUtilizationTooHigh) AND ALARM(DiskReadOpsTooHigh)")
                + rule("b", "ALARM(CPUUtilizationTooHigh) AND NOT ALARM(DeploymentInProgress)")
                + rule("c", "(ALARM(CPUUtilizationTooHigh) OR ALARM(DiskReadOpsTooHigh)) AND OK(NetworkOutTooHigh)")
                + rule("d", #"(ALARM("CPUUtilizationTooHigh") OR  ALARM("DiskReadOpsTooHigh")) AND  OK("NetworkOutTooHigh")"#)
                + rule("e", "AT_LEAST(2, ALARM, (CPUUtilizationTooHigh, DiskReadOpsTooHigh, NetworkOutTooHigh))")
                + rule("f", "AT_LEAST(50%, NOT OK, (CPUUtilizationTooHigh, arn:aws:cloudwatch:us-east-1:123456789012:alarm:a))")
        ])
    }

    /// Metric math, "Functions supported for metric math" and "Using IF expressions": the column of examples.
    @Test(arguments: [
        "ABS(m1-m2)", "MIN(ABS([m1, m2]))", "ABS(METRICS())", "ANOMALY_DETECTION_BAND(m1)", "ANOMALY_DETECTION_BAND(m1,4)",
        "SUM([m1,m2])/AVG(m2)", "AVG(METRICS())", "CEIL(m1)", "SUM(CEIL(METRICS()))", "SUM(m1) / DATAPOINT_COUNT(m1) * m1",
        "DATAPOINT_COUNT(METRICS())", "DIFF(m1)", "DIFF_TIME(METRICS())", "FILL(m1,10)", "FILL(METRICS(), 0)",
        "FILL(m1, REPEAT)", "FILL(METRICS(), LINEAR)", "FILL(m1, MIN(m1))", "FILL(METRICS(), m1)",
        "IF(FIRST(SORT(METRICS(), AVG, DESC))>100, 1, 0)", "LAST(ANOMALY_DETECTION_BAND(m1))", "FLOOR(METRICS())",
        "LOG(METRICS())", "LOG10(m1)", "MAX(m1)/m1", "m1/METRIC_COUNT(METRICS())", "SUM(METRICS(\"errors\"))",
        "SUM([METRICS(\"4xx\"), METRICS(\"5xx\")])", "m1-MIN(m1)", "MINUTE(m1)", "IF(DAY(m1)<6,m1)", "IF(MONTH(m1) == 4,m1)",
        "m1/PERIOD(m1)", "RATE(METRICS())", "REMOVE_EMPTY(METRICS())", "RUNNING_SUM([m1,m2])", "SERVICE_QUOTA(m1)",
        "SLICE(SORT(METRICS(), SUM, DESC), 0, 10)", "SLICE(SORT(METRICS(), AVG, ASC), 5)", "SORT(METRICS(), AVG, DESC, 10)",
        "SORT(METRICS(), MAX, ASC)", "m1/STDDEV(m1)", "SUM(METRICS())/SUM(m1)", "TIME_SERIES(MAX(m1))",
        "TIME_SERIES(5*AVG(m1))", "TIME_SERIES(10)", "PERIOD(m1)/60 * m1", "5 * m1", "m1 - m2", "SUM(100/[m1, m2])",
        "METRICS()*100", "-5*m1", "-m1", "SUM(-[m1, m2])", "(m1 < m2)", "(m1 >= 30)", "(m1 > 15 AND m2 > 15)",
        "m1 > 1 && m2 > 1 || m1 == 0", "IF(m1<400, m1)", "IF(m1<400, 10, 2)", "IF(m1>m2, 1, 0)", "m1^2 / 1e3",
        "INSIGHT_RULE_METRIC('rule', 'UniqueContributors')",
        "DB_PERF_INSIGHTS('RDS', 'db-BQ2TPYY7HG2GDFC7APMB3BVB3M', 'db.Transactions.active_transactions.avg')",
        "DB_PERF_INSIGHTS('RDS', 'db-1', ['db.load.avg', 'db.SQL.queries.avg'])",
        "LAMBDA('MyLambda')", "LAMBDA('MyLambda', 'param', 3.14, true)",
    ])
    func metricMath(_ expression: String) throws {
        let math = try MetricMath(expression, in: MathScope(ids: ["m1": .metric, "m2": .metric]))
        #expect(math.worth != .number)
    }

    /// "Search expression syntax" and "Search expression examples".
    @Test(arguments: [
        #"SEARCH('{AWS/EC2,InstanceId} MetricName="CPUUtilization"', 'Average')"#,
        #"SEARCH(' {MyNamespace}, "CustomCount1" ', 'Maximum')"#,
        #"SEARCH(' {AWS/NetworkELB, LoadBalancer} "ConsumedLCUs" OR flow ', 'Maximum')"#,
        #"SEARCH(' {"My Namespace", "Dimension@Name"}, "Custom:Name[Special_Characters" ', 'Maximum')"#,
        #"SEARCH(' "CPUUtilization" ', 'Average')"#, #"SEARCH(' "AWS/EC2" MetricName="CPUUtilization" ', 'Average')"#,
        #"SEARCH(' InstanceType=micro ', 'Average')"#, #"SEARCH('NOT Namespace=AWS ', 'Average')"#,
        #"SEARCH(' InstanceType="t2.micro" Namespace="AWS/EC2" ', 'Average')"#,
        #"SEARCH('{AWS/Lambda,FunctionName} MetricName="Errors" OR (MetricName="Invocations" AND (ProjectA OR ProjectB))', 'Sum')"#,
        #"SEARCH('{AWS/ECS ClusterName}, MetricName="CPUUtilization" ', 'Average')"#,
        #"SEARCH(' AWS/EC2 :aws.AccountId = ("111122223333" OR 'LOCAL') ', 'Average')"#,
        #"SEARCH(' "Europe\\France Traffic\(Network\)" ', 'Average', 300)"#,
    ])
    func searches(_ expression: String) throws {
        let math = try MetricMath(expression, in: MathScope(ids: [:]))
        let search = try #require(math.searches.first)
        _ = try SearchExpression(search.text)
    }

    /// "Metrics Insights sample queries".
    @Test(arguments: [
        #"SELECT SUM(RequestCount) FROM SCHEMA("AWS/ApplicationELB", LoadBalancer)"#,
        "SELECT MAX(ActiveConnectionCount) \nFROM SCHEMA(\"AWS/ApplicationELB\", LoadBalancer) \nGROUP BY LoadBalancer \nORDER BY SUM() DESC \nLIMIT 10",
        #"SELECT COUNT(CallCount) FROM SCHEMA("AWS/Usage", Class, Resource, Service, Type) WHERE Type = 'API' AND Service = 'CloudWatch' GROUP BY Resource ORDER BY COUNT() DESC"#,
        #"SELECT AVG(CPUUtilization) FROM "AWS/CWAgent" WHERE ApplicationName = 'eCommerce'"#,
        #"SELECT MAX("GetRecords.IteratorAgeMilliseconds") FROM SCHEMA("AWS/Kinesis", StreamName) GROUP BY StreamName"#,
        #"select avg(pod_cpu_utilization) from ContainerInsights where InstanceType != 'c3.4xlarge'"#,
        #"SELECT AVG("Bytes\"Input\"") FROM "My\"Space\"""#,
    ])
    func queries(_ query: String) throws {
        #expect(MetricsInsights.isOne(query))
        _ = try MetricsInsights(query)
    }

    /// CloudWatch Logs user guide, "Filter and pattern syntax".
    @Test(arguments: [
        "", "ERROR", "ERROR ARGUMENTS", "?ERROR ?WARN", "ERROR -EXITING", "\"INTERNAL SERVER ERROR\"", "-\"a b\" ?\"c d\"",
        "%AUTH\\-[0-9]+%",
        #"{ $.eventType = "UpdateTrail" }"#, "{ $.sourceIPAddress != 123.123.* }", "{ $.arrayKey[0] = \"value\" }",
        "{ $.bandwidth > 75 }",
        "{ $.latency < 50 }", "{ $.refreshRate >= 60 }", "{ $.responseTime <= 5 }", "{ $.errorCode = 400}",
        "{ $.errorCode != 500 }",
        "{ $.number[0] = 1e-3 }", "{ $.number[0] != 1e+3 }", "{ $.SomeObject IS NULL }", "{ $.SomeOtherObject NOT EXISTS }",
        "{ $.ThisFlag IS TRUE }", "{ ($.user.id = 1) && ($.users[0].email = \"John.Doe@example.com\") }",
        #"{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }"#,
        #"{ $.eventType = "*" && $.sourceIPAddress != 123.123.* }"#, "{ $.['a.b'] = %[0-9]{3}% }", "[w1=ERROR, w2]",
        "[w1=ERROR || W1=WARNING, w2]", "[w1!=ERROR && w1!=WARNING, w2]", "[..., request =*.html*, status_code = 4*, bytes]",
        "[ip, user, username, timestamp, request =*.html*, status_code = 404 || status_code = 410, bytes]",
        "[ip, server, username, timestamp, request, status_code, bytes > 1000]", "[ip=%127\\.0\\.0\\.[1-9]%, user, ...]",
    ])
    func filterPatterns(_ pattern: String) throws {
        _ = try FilterPattern(pattern)
    }

    /// PutMetricAlarm, `ExtendedStatistic`, and "CloudWatch statistics definitions".
    @Test(arguments: [
        "p90", "p99.9", "p99.9999999999", "tm90", "tc90", "ts90", "wm98", "IQM", "PR(10:20)", "PR(:300)", "PR(100:2000)",
        "TC(10%:90%)",
        "TM(2%:98%)", "TS(5%:95%)", "WM(10%:90%)", "TM(:95%)", "TM(10%:)", "TM(100:200)", "TC(0.005:0.030)",
    ])
    func statistics(_ statistic: String) {
        #expect(Statistic.isExtended(statistic))
    }

    @Test(arguments: [
        "p", "p101", "P99", "p-1", "p1e1", "tm", "TM90", "TM()", "TM(:)", "TM(90%:10%)", "TM(10%:20)", "PR(1%:2%)", "sum", "",
    ])
    func whatIsNoStatistic(_ statistic: String) {
        #expect(!Statistic.isAny(statistic))
    }

    /// "Dashboard Body Structure and Syntax", and AWS CLI, `put-dashboard`, Examples.
    @Test func dashboards() throws {
        try expectNothing(Self.dashboardExamples)
    }

    /// Its second example has a metrics array that is no array of arrays, against the page's own words: a warning.
    @Test func theDashboardThatContradictsItsPage() throws {
        try expectNothing(
            [
                "dashboards/variable.json": """
                {"widgets": [{"height": 6, "width": 6, "y": 0, "x": 0, "type": "metric", "properties": {
                    "view": "timeSeries", "stacked": false,
                    "metrics": ["AWS/Lambda", "Invocations", "FunctionName", "my-function-name"],
                    "region": "us-east-1", "liveData": true}}],
                 "variables": [{"type": "property", "property": "FunctionName", "inputType": "select",
                    "id": "LambdaFunction_Variable", "label": "Function", "visible": true,
                    "search": "{AWS/Lambda,FunctionName} MetricName=\\"Duration\\"", "populateFrom": "FunctionName"}]}
                """
            ], warnings: 1)
    }

    /// The files of this repository, with the names that infrastructure/stack.yaml gives.
    @Test func whatShipsIsRight() throws {
        let findings = try Checkout.findings(in: Repository.root)
        #expect(findings.isEmpty, "\(findings.map(\.problem.description).joined(separator: "\n"))")
    }

    static let dashboardExamples: [String: String] = [
        "dashboards/overall.json": """
        {"start": "-PT6H", "periodOverride": "inherit", "widgets": [
          {"type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": {
            "metrics": [["AWS/EC2", "CPUUtilization", "InstanceId", "i-012345"]],
            "period": 300, "stat": "Average", "region": "us-east-1", "title": "EC2 Instance CPU", "liveData": false,
            "legend": {"position": "right"}}},
          {"type": "text", "x": 0, "y": 7, "width": 3, "height": 3,
           "properties": {"markdown": "Hello world", "background": "transparent"}}]}
        """,
        "dashboards/math.json": """
        {"start": "-PT9H", "periodOverride": "inherit", "widgets": [
          {"type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": {
            "metrics": [
              ["AWS/EC2", "DiskReadBytes", "InstanceId", "i-123", {"id": "m1"}],
              [".", ".", ".", "i-abc", {"id": "m2"}],
              [{"expression": "SUM(METRICS())", "label": "Sum of DiskReadbytes", "id": "e3"}]],
            "view": "timeSeries", "stacked": false, "period": 300, "stat": "Average", "region": "us-east-1",
            "title": "EC2 Instance CPU"}},
          {"type": "metric", "x": 0, "y": 0, "width": 18, "height": 9, "properties": {
            "metrics": [[{"expression": "SEARCH('{AWS/EC2,InstanceId} MetricName=\\"CPUUtilization\\"', 'Average', 300)", "id": "e1"}]],
            "view": "timeSeries", "stacked": false, "region": "us-east-1", "title": "EC2 Instance CPU"}}]}
        """,
        "dashboards/log.json": """
        {"widgets": [{"type": "log", "x": 12, "y": 24, "width": 12, "height": 6, "properties": {
          "region": "us-east-1", "title": "Errors (Application Log)",
          "query": "SOURCE 'application1.log' | SOURCE 'application2.log' | filter @message like \\"[ERROR]\\"\\n| parse \\"Error for [*] [*] due to: *\\" canaryName1, canaryId1, cause1\\n| stats count() as errCount by canaryName\\n| sort errCount DESC",
          "view": "table"}}]}
        """,
        "dashboards/stacked.json": """
        {"widgets": [{"type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": {
          "metrics": [
            ["AWS/EC2", "CPUUtilization", "InstanceId", "i-012345"],
            ["AWS/EC2", "NetworkIn", "InstanceId", "i-012345",
             {"yAxis": "right", "label": "NetworkIn", "period": 3600, "stat": "Maximum"}]],
          "period": 300, "stat": "Average", "region": "us-east-1", "timezone": "+0300", "title": "EC2 Instance CPU",
          "stacked": true, "view": "timeSeries", "liveData": false, "yAxis": {"left": {"min": 0, "max": 100}, "right": {"min": 50}},
          "annotations": {
            "horizontal": [
              {"visible": true, "color": "#9467bd", "label": "Critical range", "value": 20, "fill": "above", "yAxis": "right"},
              [{"label": "Band top", "value": 200, "color": "#9467bd", "visible": true, "yAxis": "right"},
               {"value": 95.5, "label": "Band bottom"}],
              {"visible": false, "color": "#aaa", "label": "Hidden annotation", "value": 150}],
            "vertical": [
              {"visible": true, "color": "#9467bd", "label": "Bug fix deployed", "value": "2018-08-28T15:25:26Z", "fill": "after"},
              [{"label": "Band start", "value": "2018-08-27T15:25:26Z", "color": "#9467bd", "visible": true},
               {"value": "2018-08-28T15:25:26Z", "label": "Band end"}]]}}},
          {"type": "metric", "x": 18, "y": 60, "width": 6, "height": 6, "properties": {
            "metrics": [["AWSLogsShrinkRay", "disk_inodes_used", "path", "/dev/shm", "InstanceId", "i-012345", "device", "tmpfs"]],
            "view": "gauge", "title": "Disk Inodes Used", "region": "us-east-1", "yAxis": {"left": {"min": 0, "max": 100}}}},
          {"type": "metric", "properties": {"region": "us-east-1", "annotations": {
            "alarms": ["arn:aws:cloudwatch:us-east-1:012345678901:alarm:EC2FrontendCPU"]}}},
          {"type": "metric", "properties": {"region": "us-east-1", "view": "table",
            "metrics": [["AWS/EC2", "CPUUtilization"],
              [{"expression": "SELECT MAX(CPUUtilization) FROM SCHEMA(\\"AWS/EC2\\", InstanceId) GROUP BY InstanceId LIMIT 10", "label": "View the 10 max CPU Utilization", "id": "q1"}]],
            "table": {"summaryColumns": ["MIN", "MAX"], "layout": "vertical", "stickySummary": true, "showTimeSeriesData": false}}}]}
        """,
        "dashboards/explorer.json": """
        {"widgets": [{"type": "explorer", "width": 24, "height": 15, "x": 0, "y": 0, "properties": {
          "metrics": [
            {"metricName": "CPUUtilization", "resourceType": "AWS::EC2::Instance", "stat": "Average"},
            {"metricName": "NetworkIn", "resourceType": "AWS::EC2::Instance", "stat": "Average"}],
          "aggregateBy": {"key": "InstanceType", "func": "MAX"}, "labels": [{"key": "State", "value": "running"}],
          "widgetOptions": {"legend": {"position": "bottom"}, "view": "timeSeries", "rowsPerPage": 8, "widgetsPerRow": 2},
          "period": 300, "splitBy": "AvailabilityZone", "title": "Running EC2 Instances by AZ"}}]}
        """,
        "dashboards/alarms.json": """
        {"widgets": [{"type": "alarm", "x": 0, "y": 0, "width": 12, "height": 6, "properties": {
          "alarms": [
            "arn:aws:cloudwatch:us-east-1:012345678901:alarm:EC2FrontendCPU",
            "arn:aws:cloudwatch:eu-west-1:987654321098:alarm:EC2BackendCPU"],
          "sortBy": "stateUpdatedTimestamp", "states": ["ALARM", "INSUFFICIENT_DATA"],
          "title": "EC2 alarms that are not currently OK"}}]}
        """,
        "dashboards/variables.json": """
        {"widgets": [], "variables": [
          {"type": "property", "property": "region", "inputType": "input", "id": "region", "label": "Region",
           "defaultValue": "us-east-1", "visible": true},
          {"type": "pattern", "pattern": "us-east-1", "inputType": "input", "id": "region2", "label": "Region",
           "defaultValue": "us-east-1", "visible": true},
          {"type": "pattern", "pattern": "originalFuncNameInDashboard", "inputType": "radio", "id": "functionName",
           "label": "Function", "visible": true, "search": "{AWS/Lambda,FunctionName} MetricName=\\"Duration\\"",
           "populateFrom": "FunctionName", "defaultValue": "__FIRST"},
          {"type": "property", "property": "accountId", "inputType": "radio", "id": "unique_id_3",
           "defaultValue": "111122223333", "visible": true,
           "values": [{"label": "IAD Account", "value": "111122223333"}, {"value": "123456789012"}]}]}
        """,
        "dashboards/Dashboard-A.json": """
        {"widgets":[{"height":6,"width":6,"y":0,"x":0,"type":"metric","properties":{"view":"timeSeries","stacked":false,"metrics":[["Namespace","CPUUtilization","Environment","Prod","Type","App"]],"region":"us-east-1"}}]}
        """,
    ]
}
