import Basics
import TestSupport
import Testing

@testable import AWS

/// The errors of a dashboard's body come with a list; nothing else about them is different.
@Suite struct DashboardErrorTests {
    private func error(_ body: String) async throws -> AWSError {
        let refusing: LoopbackServer.Handler = { _ in .json(body, status: 400) }
        return try await LoopbackServer.run(refusing) { server in
            let fixture = ClientFixture(server.url)
            do {
                _ = try await fixture.client.cloudWatch("us-east-1").putDashboard(
                    .init(dashboardName: "d", dashboardBody: "{}"), deadline: fixture.deadline)
                throw Problem(.failed, "it went through")
            } catch let error as AWSError {
                return error
            }
        }
    }

    @Test(arguments: [
        #"{"DataPath":"/widgets/0/x","Message":"Should be <= 23"}"#, #"{"dataPath":"/widgets/0/x","message":"Should be <= 23"}"#,
    ])
    func eachItemIsRead(item: String) async throws {
        let body = #"{"__type":"DashboardInvalidInputError","message":"invalid","dashboardValidationMessages":[\#(item)]}"#
        let error = try await error(body)
        #expect(error.code == "DashboardInvalidInputError" && error.message == "invalid")
        #expect(error.validation == [.init(dataPath: "/widgets/0/x", message: "Should be <= 23")])
    }

    @Test(arguments: [#""a text""#, "[1]", "{}", "null"])
    func aListThatIsNoneTakesNothingFromTheError(list: String) async throws {
        let error = try await error(
            #"{"__type":"DashboardInvalidInputError","message":"m","dashboardValidationMessages":\#(list)}"#)
        #expect(error.code == "DashboardInvalidInputError" && error.message == "m" && error.validation.isEmpty)
    }
}
