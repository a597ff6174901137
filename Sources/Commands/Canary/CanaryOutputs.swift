import AWS
import Basics
import Canary
import FoundationEssentials
import Views

/// The places a result goes to. One that fails is a line on standard error: it never changes the verdict.
struct CanaryOutputs: Sendable {
    let options: CanaryOutputOptions
    let session: Session
    let ping: PingTarget?
    let host: String

    /// All at once, each for itself.
    ///
    /// - Parameter now: when the run ended, in milliseconds since 1970.
    func send(_ report: CanaryReport, at now: Int64, began: Problem?) async -> [Problem] {
        let deadline = Deadline.after(CanaryOutputOptions.patience)
        async let file = options.textfile.flatMap { textfile(report, at: now, to: $0) }
        async let metrics = options.metrics ? putMetrics(report, at: now, deadline: deadline) : []
        async let otlp = options.otlp == nil ? nil : export(report, at: now, deadline: deadline)
        async let pinged = ping?.send(
            report.verdict <= .slow ? .success : .fail, reason: CanaryNagios.sentence(report), deadline: deadline)
        let ended = await pinged
        // Two lines about one address that does not answer say no more than one.
        return [await file].compactMap(\.self) + (await metrics) + [await otlp, ended ?? began].compactMap(\.self)
    }

    // MARK: -

    private func textfile(_ report: CanaryReport, at now: Int64, to path: String) -> Problem? {
        let earlier = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        do {
            try ReplacedFile.write(CanaryPrometheus.text(report, at: now, earlier: earlier).utf8, to: path)
            return nil
        } catch {
            return error
        }
    }

    /// Each Region's figures go to that Region's CloudWatch: its alarms stand there, and go on when another Region does not.
    private func putMetrics(_ report: CanaryReport, at now: Int64, deadline: Deadline) async -> [Problem] {
        await report.regions.boundedMap { region -> Problem? in
            let data = CanaryMetrics.values(of: region, in: report).map { value in
                CloudWatch.MetricDatum(
                    metricName: value.name.rawValue,
                    dimensions: CanaryMetrics.dimensions(stack: report.stack, region: region.region, hop: value.hop).map {
                        .init(name: $0, value: $1)
                    }, timestamp: Date(timeIntervalSince1970: Double(now) / 1000), value: value.value, unit: value.name.unit)
            }
            do throws(AWSError) {
                try await session.client(in: region.region).cloudWatch(region.region).putMetricData(
                    .init(namespace: CanaryMetrics.namespace, metricData: data), deadline: deadline)
                return nil
            } catch {
                var problem = error.problem
                problem.summary = "the metrics of \(region.region) could not be put: \(problem.summary)"
                return problem
            }
        }.compactMap(\.self)
    }

    private func export(_ report: CanaryReport, at now: Int64, deadline: Deadline) async -> Problem? {
        guard let address = options.otlp, let parts = URLAddress(address) else { return nil }
        // An address without a path is a collector's (OpenTelemetry specification, "Endpoint URLs for OTLP/HTTP").
        let url = parts.path.isEmpty || parts.path == "/" ? address + (parts.path.isEmpty ? "/" : "") + "v1/metrics" : address
        do {
            var request = HTTPRequest(method: "POST", url: url, headers: ["Content-Type": "application/json"])
            request.body = Data(try CanaryOTLP.document(report, at: now, host: host).utf8)
            return await Sending.send(request, named: "the OTLP export", deadline: deadline)
        } catch {
            return Problem(.defect, "\(error)", hint: "please report this")
        }
    }
}
