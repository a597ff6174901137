import FoundationEssentials
import TestSupport
import Testing

extension CanaryEndToEnd {
    /// Where the result goes, each form read by its own consumer.
    @Suite struct CanaryOutputTests {
        private static let quick = ["--sandbox", "canary", "--region", "us-east-1", "--timeout", "3s", "--slow-after", "2s"]

        private func canary(_ more: String..., variables: [String: String] = [:]) async throws -> Ended {
            try await Programs.run(Console.path, Self.quick + more, variables: variables)
        }

        private let fault: [String: JSONValue] = ["kind": "function-throttle", "region": "us-east-1"]

        /// Runs a script that prints JSON; `sys.argv[1]` is a file.
        private func python(_ script: String, _ file: String) async throws -> JSONValue {
            let ended = try await Programs.run(
                Programs.venv + "/python", ["-c", "import json, sys\n" + script, file])
            #expect(ended.exit == 0, "\(ended.error)")
            return try JSONValue(ended.output)
        }

        // MARK: Prometheus

        @Test("the textfile is read by Prometheus' own parser, keeps the last success, and has no time stamps")
        func textfile() async throws {
            try await Folder.with { folder in
                let file = folder + "/taskops.prom"
                let script = """
                    from prometheus_client.parser import text_string_to_metric_families
                    samples = [s for f in text_string_to_metric_families(open(sys.argv[1]).read()) for s in f.samples]
                    assert all(s.timestamp is None for s in samples)
                    json.dump({s.name + "|" + s.labels.get("outcome", s.labels.get("step", "") + s.labels.get("hop", "")): s.value
                        for s in samples if s.labels["stack"] == "tasks" and s.labels["region"] == "us-east-1"}, sys.stdout)
                    """
                #expect(try await canary("--textfile", file).exit == 0)
                let good = try await python(script, file)
                #expect(good["taskops_canary_success|"] == 1)
                #expect(good["taskops_canary_outcome|ok"] == 1)
                #expect((good["taskops_canary_hop_duration_seconds|createcommit"]?.number ?? -1) > 0)
                let last = try #require(good["taskops_canary_last_success_timestamp_seconds|"]?.number)
                #expect(abs(last - Date().timeIntervalSince1970) < 30)
                try await LocalStack.current.control.withFault(fault) {
                    let failed = try await canary("--textfile", file)
                    #expect(failed.exit == 2)
                }
                let bad = try await python(script, file)
                #expect(bad["taskops_canary_success|"] == 0)
                #expect(bad["taskops_canary_outcome|broken"] == 1)
                #expect(bad["taskops_canary_duration_seconds|"] == nil)
                #expect(
                    bad["taskops_canary_last_success_timestamp_seconds|"]?.number == last, "carried over from the file itself")
                #expect((bad["taskops_canary_last_run_timestamp_seconds|"]?.number ?? 0) > last)
                let names = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(names == ["taskops.prom"])
            }
            try await clear()
        }

        @Test("a textfile that cannot be written is a line on standard error, and no verdict: no folder, a full disk")
        func textfileFails() async throws {
            let missing = try await canary("--textfile", "/nonexistent/taskops.prom")
            #expect(missing.exit == 0)
            #expect(missing.errorLines.count == 1)
            #expect(missing.error.contains("/nonexistent/taskops.prom could not be written: No such file or directory"))
            // A limit on the size of files does to a write what a full disk does.
            try await Folder.with { folder in
                let file = folder + "/taskops.prom"
                try Data("# whole\n".utf8).write(to: URL(filePath: file))
                let full = try await Programs.bash(
                    "trap '' XFSZ; ulimit -f 1; exec '\(Console.path)' \(Self.quick.joined(separator: " ")) --textfile '\(file)'")
                #expect(full.exit == 0)
                #expect(full.error.contains("\(file) could not be written: File too large"), "\(full.error)")
                #expect(try String(contentsOfFile: file, encoding: .utf8) == "# whole\n", "the old one is whole")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taskops.prom"])
            }
        }

        // MARK: Nagios

        @Test("the Nagios line is one line, and its figures are what the plugin guidelines describe")
        func nagios() async throws {
            let good = try await canary("--output", "nagios")
            #expect(good.exit == 0)
            #expect(good.lines.count == 1 && good.output.hasPrefix("CANARY OK: 1 of 1 Region ok"))
            let figures = try Self.figures(good.output)
            #expect(figures["us-east-1"]?.unit == "s")
            #expect(figures["us-east-1"]?.thresholds == ["2", "3", "0"])
            #expect(figures.count == 7)
            #expect(figures.values.allSatisfy { ($0.value ?? -1) >= 0 })
            try await LocalStack.current.control.withFault(fault) {
                let bad = try await canary("--output", "nagios")
                #expect(bad.exit == 2)
                #expect(
                    bad.lines.count == 1
                        && bad.output.hasPrefix("CANARY CRITICAL: 0 of 1 Region ok; us-east-1 broken at create/start"))
                let figures = try Self.figures(bad.output)
                #expect(figures["us-east-1"]?.isUnknown == true)
            }
            try await clear()
        }

        struct Figure {
            var value: Double?
            var unit: String
            var thresholds: [String]
            var isUnknown: Bool
        }

        /// A parser after the Monitoring Plugins Development Guidelines: `'label'=value[UOM];[warn];[crit];[min];[max]`, a
        /// label in single quotes with two for one, values of `[-0-9.]` or `U`.
        static func figures(_ line: String) throws -> [String: Figure] {
            let bars = line.split(separator: "|", omittingEmptySubsequences: false)
            #expect(bars.count == 2, "one bar")
            var rest = bars[1].drop { $0 == " " }
            var found: [String: Figure] = [:]
            while let match = rest.prefixMatch(
                of: /'((?:[^'=]|'')+)'=(U|-?[0-9]+(?:\.[0-9]+)?)(s|ms|us|%|B|KB|MB|TB|c)?((?:;[-0-9.]*)*)\s*/)
            {
                let limits = match.output.4.split(separator: ";", omittingEmptySubsequences: false).dropFirst()
                found[String(match.output.1)] = Figure(
                    value: Double(match.output.2), unit: String(match.output.3 ?? ""),
                    thresholds: limits.map(String.init).filter { !$0.isEmpty },
                    isUnknown: match.output.2 == "U")
                rest = rest[match.range.upperBound...]
            }
            #expect(rest.isEmpty, "not understood: \(rest)")
            return found
        }

        // MARK: CloudWatch

        @Test("--metrics puts the figures where boto3 and an alarm find them")
        func metrics() async throws {
            let before = try await LocalStack.current.control.callsOfClients()["cloudwatch:PutMetricData"] ?? 0
            let ended = try await canary("--metrics")
            #expect(ended.exit == 0 && ended.error.isEmpty, "\(ended.error)")
            #expect(
                try await LocalStack.current.control.callsOfClients()["cloudwatch:PutMetricData"] == before + 1,
                "one call a Region")
            let answer = try await Clients.boto3(
                "us-east-1",
                """
                import datetime
                cloudwatch = client('cloudwatch')
                names = {}
                for metric in cloudwatch.get_paginator('list_metrics').paginate(Namespace='TaskOps/Canary').build_full_result()['Metrics']:
                    dimensions = {d['Name']: d['Value'] for d in metric['Dimensions']}
                    assert dimensions['Stack'] == 'tasks' and dimensions['Region'] == 'us-east-1', dimensions
                    names.setdefault(metric['MetricName'], []).append(dimensions.get('Hop'))
                now = datetime.datetime.now(datetime.timezone.utc)
                hop = cloudwatch.get_metric_statistics(Namespace='TaskOps/Canary', MetricName='HopDuration', Period=60,
                    Dimensions=[{'Name': 'Stack', 'Value': 'tasks'}, {'Name': 'Region', 'Value': 'us-east-1'}, {'Name': 'Hop', 'Value': 'create/commit'}],
                    StartTime=now - datetime.timedelta(minutes=5), EndTime=now + datetime.timedelta(minutes=1), Statistics=['Maximum'])['Datapoints']
                answer = {'names': names, 'hop': hop}
                """)
            #expect(
                answer["names"]?.keys.isSuperset(of: ["Success", "Unknown", "Duration", "HopDuration", "StaleReads"]) == true)
            #expect(answer["names"]?["HopDuration"]?.items.contains("create/commit") == true)
            #expect(answer["hop"]?.items.first?["Unit"] == "Milliseconds")
            #expect((answer["hop"]?.items.first?["Maximum"]?.number ?? 0) > 0)
        }

        @Test("EMF on standard output holds what the specification asks for, and each line by itself")
        func emf() async throws {
            let ended = try await canary("--output", "emf")
            #expect(ended.exit == 0)
            var names: [String] = []
            for line in ended.lines {
                let document = try JSONValue(line)
                let directive = try #require(document["_aws"]?["CloudWatchMetrics"]?.items.first)
                #expect(directive["Namespace"] == "TaskOps/Canary")
                #expect((document["_aws"]?["Timestamp"]?.number ?? 0) > 1.7e12)
                let keys = (directive["Dimensions"]?.items.first?.items ?? []).compactMap(\.text)
                #expect(keys.starts(with: ["Stack", "Region"]))
                // What a directive names has to be there, and be text or a number.
                for key in keys { #expect(document[key]?.text != nil, "\(key)") }
                for metric in directive["Metrics"]?.items ?? [] {
                    let name = try #require(metric["Name"]?.text)
                    #expect(document[name]?.number != nil)
                    #expect(["Count", "Milliseconds"].contains(metric["Unit"]?.text))
                    names.append(name)
                }
            }
            #expect(Set(names).isSuperset(of: ["Success", "Unknown", "Duration", "HopDuration", "StaleReads"]))
        }

        // MARK: OTLP

        @Test("OTLP's own messages take the export, whole; what the collector refuses is a line")
        func otlp() async throws {
            let collector: LoopbackServer.Handler = { request in
                request.target == "/refuses"
                    ? .json(#"{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too old"}}"#) : .json("{}")
            }
            try await LoopbackServer.run(collector) { server in
                let ended = try await canary("--otlp", server.url)
                #expect(ended.exit == 0 && ended.error.isEmpty, "\(ended.error)")
                let request = try #require(server.record.requests.first)
                #expect(request.method == "POST" && request.target == "/v1/metrics")
                #expect(request["content-type"] == "application/json")
                try await Folder.with { folder in
                    let file = folder + "/body"
                    try Data(request.body).write(to: URL(filePath: file))
                    let parsed = try await python(
                        """
                        from google.protobuf import json_format
                        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
                        message = json_format.Parse(open(sys.argv[1]).read(), ExportMetricsServiceRequest())
                        scope = message.resource_metrics[0].scope_metrics[0]
                        json.dump({m.name: [m.unit, [[p.as_double, p.time_unix_nano, {a.key: a.value.string_value for a in p.attributes}]
                            for p in m.gauge.data_points]] for m in scope.metrics}, sys.stdout)
                        """, file)
                    let hops = try #require(parsed["taskops.canary.hop.duration"]?.items)
                    #expect(hops[0] == "s")
                    #expect(
                        hops[1].items.contains {
                            $0.items[2]["taskops.canary.hop"] == "create/commit" && $0.items[2]["cloud.region"] == "us-east-1"
                        })
                    #expect(hops[1].items.allSatisfy { ($0.items[0].number ?? 99) < 10 && ($0.items[1].number ?? 0) > 1.7e18 })
                    #expect(parsed["taskops.canary.success"]?.items[1].items.first?.items[0] == 1)
                }
                let refused = try await canary("--otlp", server.url + "/refuses")
                #expect(refused.exit == 0)
                #expect(refused.error.contains("the OTLP export was taken in part: 3 values were not: too old"))
            }
        }

        // MARK: Ping

        @Test("pings say start and success, or start and fail with the reason, under one rid; the address is shown nowhere")
        func pings() async throws {
            let check: LoopbackServer.Handler = { _ in .answer(status: 200, body: Array("OK".utf8)) }
            try await LoopbackServer.run(check) { server in
                let address = server.url + "/1b2c-secret-check"
                let good = try await canary("--ping", address, "-vv")
                #expect(good.exit == 0)
                let requests = server.record.requests
                let targets = requests.map(\.target)
                #expect(targets.count == 2)
                #expect(targets[0].hasPrefix("/1b2c-secret-check/start?rid="))
                #expect(targets[1].hasPrefix("/1b2c-secret-check?rid="))
                let rids = targets.map { $0.split(separator: "=").last.map(String.init) ?? "" }
                #expect(rids[0] == rids[1] && UUID(uuidString: rids[0]) != nil)
                #expect(!(good.output + good.error).contains("secret-check"))
                try await LocalStack.current.control.withFault(fault) {
                    let bad = try await canary(variables: ["TASKOPS_PING_URL": address + "?create=1"])
                    #expect(bad.exit == 2)
                    let last = try #require(server.record.requests.last)
                    #expect(last.target.hasPrefix("/1b2c-secret-check/fail?create=1&rid="))
                    #expect(
                        String(decoding: last.body, as: UTF8.self).contains(
                            "us-east-1 broken at create/start: EventBridge accepted event"))
                    #expect(!(bad.output + bad.error).contains("secret-check"))
                }
            }
            try await clear()
        }

        @Test("a ping that hangs, breaks off, is refused or has nobody behind it is one line without the address, and no verdict")
        func pingsThatFail() async throws {
            let check: LoopbackServer.Handler = { request in
                request.target.contains("hang") ? .hang : request.target.contains("gone") ? .answer(status: 404) : .raw([])
            }
            try await LoopbackServer.run(check) { server in
                for (address, words) in [
                    (server.url + "/hang-secret", "did not answer in time"), (server.url + "/gone-secret", "answered 404"),
                    (server.url + "/cut-secret", "broke before the answer was whole"),
                    ("http://127.0.0.1:9/none-secret", "nobody answers at 127.0.0.1:9"),
                ] {
                    let began = ContinuousClock.now
                    let ended = try await canary("--ping", address)
                    #expect(ended.exit == 0)
                    #expect(ended.errorLines.count == 1 && ended.error.contains(words), "\(ended.error)")
                    #expect(!(ended.output + ended.error).contains("secret"))
                    #expect(began.duration(to: .now) < .seconds(15), "no ping holds a run up")
                }
                for wrong in ["htp://127.0.0.1/secret", "secret", "https://user:secret@127.0.0.1/"] {
                    let refused = try await canary("--ping", wrong)
                    #expect(refused.exit == 64)
                    #expect(!refused.error.contains("secret"), "\(refused.error)")
                }
            }
        }

        @Test("all outputs at once from one run")
        func allAtOnce() async throws {
            let everything: LoopbackServer.Handler = { _ in .json("{}") }
            try await LoopbackServer.run(everything) { server in
                try await Folder.with { folder in
                    let ended = try await canary(
                        "--output", "json", "--textfile", folder + "/t.prom", "--metrics", "--otlp", server.url + "/v1/metrics",
                        "--ping", server.url + "/check", "--state", folder + "/state")
                    #expect(ended.exit == 0 && ended.error.isEmpty, "\(ended.error)")
                    #expect(try JSONValue(ended.output)["outcome"] == "ok")
                    let targets = server.record.requests.map { String($0.target.prefix { $0 != "?" }) }
                    #expect(Set(targets) == ["/check/start", "/check", "/v1/metrics"])
                    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["state", "t.prom"])
                }
            }
        }

        /// What a fault held up comes when it is over; other tests count rows.
        private func clear() async throws {
            try await Task.sleep(for: .seconds(1))
            try await Rows.removeAll()
        }
    }
}
