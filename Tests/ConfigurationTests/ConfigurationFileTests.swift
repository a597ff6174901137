import Basics
import Configuration
import TaskSystem
import Testing

@Suite struct ConfigurationFileTests {
    static let whole = """
        stack: tasks
        environment: prod
        defaults:
          bus: task-events-prod
          rule: task-processing-rule
          function: task-processor-prod
          connection: {sslrootcert: ca.pem}
        regions:
          us-east-1:
            cluster: abc0def1baz2quux3quuux4abc
          us-west-2:
            cluster: {tag: {Name: tasks-west}}
            bus: other-bus
            connection: {hostaddr: 127.0.0.1, port: 5433, sslrootcert: /etc/ca.pem}
        canary: {timeout: 1m, slowAfter: 2s500ms}
        """

    @Test func defaultsHoldUnlessARegionSaysOtherwise() throws {
        let stack = try ConfigurationFile.decode(Self.whole, file: "conf/taskops.yaml")
        #expect(stack.name == "tasks")
        #expect(stack.environment == "prod")
        #expect(stack.regions.map(\.region) == ["us-east-1", "us-west-2"])
        #expect(stack.regions.map(\.bus) == ["task-events-prod", "other-bus"])
        #expect(stack.regions[0].connection == ConnectionOverride(sslRootCert: "conf/ca.pem"))
        #expect(stack.regions[1].connection == ConnectionOverride(hostaddr: "127.0.0.1", port: 5433, sslRootCert: "/etc/ca.pem"))
        #expect(stack.regions[1].cluster == .tag(key: "Name", value: "tasks-west"))
        #expect(stack.regions[0].databaseRole == "taskops")
        #expect(stack.canary == CanaryThresholds(timeout: .seconds(60), slowAfter: .milliseconds(2500)))
    }

    @Test func variablesAreTheRegionsOwnOverTheStacks() throws {
        let text = Self.whole.replacing("canary: ", with: "variables: {topic: 'arn:${region}:${account}', limit: 5}\ncanary: ")
            .replacing(
                "    bus: other-bus\n", with: "    bus: other-bus\n    variables: {limit: '${us-east-1.bus} ${regions.1}'}\n")
        let stack = try ConfigurationFile.decode(text, file: "taskops.yaml")
        #expect(
            stack.regions.map(\.variables) == [
                ["topic": "arn:${region}:${account}", "limit": "5"],
                ["topic": "arn:${region}:${account}", "limit": "${us-east-1.bus} ${regions.1}"],
            ])
    }

    @Test(arguments: [
        ("{region: x}", "1:13", "a name that is built in"), ("{Topic: x}", "1:13", "a lower-case letter"),
        ("{topic: }", "1:20", "must be text"), ("{topic: {a: b}}", "1:20", "must be text"),
        ("{topic: '${regoin}'}", "1:20", "did you mean ${region}?"),
        ("{topic: '${other}', other: x}", "1:20", "which has no value"),
        ("{topic: '${region'}", "1:20", "without its }"), ("{topic: '${failureQueue}'}", "1:20", "no value in us-east-1"),
        ("{topic: '${regions.2}'}", "1:20", "no value"), ("{topic: x, topic: y}", "1:23", "given twice"),
        ("[a]", "1:12", "must be a mapping"),
    ])
    func aWrongVariableIsFoundWhereItStands(variables: String, place: String, words: String) {
        let problem = firstProblem("variables: \(variables)\n" + Self.whole)
        #expect(problem.contains("taskops.yaml:\(place): "), "\(problem)")
        #expect(problem.contains(words), "\(problem)")
    }

    @Test(arguments: [
        ("clutser: abc0def1baz2quux3quuux4abc", "9:5", "did you mean `cluster`?"),
        ("cluster: task-mgmt-cluster-primary", "9:14", "not a cluster id"),
        ("cluster: ", "9:13", "must be text"),
        ("cluster: {tag: {A: b, C: d}}", "9:14", "exactly one tag"),
        ("cluster: {name: x}", "9:15", "unknown key `name`"),
    ])
    func aWrongClusterIsFoundWhereItStands(line: String, place: String, words: String) {
        let text = Self.whole.replacing("cluster: abc0def1baz2quux3quuux4abc", with: line)
            .replacing("  connection: {sslrootcert: ca.pem}\n", with: "")
        let problem = firstProblem(text)
        #expect(problem.contains("taskops.yaml:\(place): "), "\(problem)")
        #expect(problem.contains(words), "\(problem)")
    }

    @Test(arguments: [
        ("us-west-2", "us-wets-2", "unknown Region `us-wets-2`; did you mean `us-west-2`?"),
        ("port: 5433", "port: 70000", "from 1 to 65535"),
        ("timeout: 1m", "timeout: 60", "write it like"),
        ("timeout: 1m", "timeout: 1s", "slowAfter must be shorter"),
        ("stack: tasks", "stack: 'my tasks'", "letters, digits"),
        ("stack: tasks\n", "", "stack is missing"),
        ("  rule: task-processing-rule\n", "", "regions.us-east-1.rule is missing"),
        ("defaults:", "defaults: [", "not valid YAML"),
        ("environment: prod", "environment: prod\nenvironment: dev", "environment"),
    ])
    func everyMistakeHasASentence(right: String, wrong: String, words: String) {
        let problem = firstProblem(Self.whole.replacing(right, with: wrong))
        #expect(problem.hasPrefix("taskops.yaml:"), "\(problem)")
        #expect(problem.contains(words), "\(problem)")
    }

    @Test func allMistakesAreShownAtOnce() throws {
        let text = Self.whole.replacing("us-east-1", with: "us-esat-1").replacing("port: 5433", with: "port: x")
        let error = #expect(throws: Problems.self) { try ConfigurationFile.decode(text, file: "taskops.yaml") }
        #expect(error?.all.count == 2)
    }

    @Test(arguments: ["", "# only a comment\n", "just text", "- a\n- list\n"])
    func whatIsNoMappingIsRefused(text: String) {
        #expect(throws: (any Error).self) { try ConfigurationFile.decode(text, file: "taskops.yaml") }
    }

    @Test func theFileIsFoundUpwardOrNamed() throws {
        #expect(throws: Problem.self) { try ConfigurationFile.locate(explicit: "/nowhere/taskops.yaml", from: "/") }
        let error = #expect(throws: Problem.self) { try ConfigurationFile.locate(explicit: nil, from: "/nowhere/at/all") }
        #expect(error?.hint?.contains("sandbox up") == true)
    }

    private func firstProblem(_ text: String) -> String {
        do {
            _ = try ConfigurationFile.decode(text, file: "taskops.yaml")
            return "nothing was found"
        } catch let problems as Problems {
            return problems.all[0].description
        } catch {
            return "\(error)"
        }
    }
}
