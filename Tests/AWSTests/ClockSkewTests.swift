import AWS
import Basics
import FoundationEssentials
import TestSupport
import Testing

@Suite struct ClockSkewTests {
    @Test(
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sat, 29 Feb 2020 23:59:59 GMT", 1_583_020_799), ("Sat, 21 Nov 2026 04:00:00 GMT", 1_795_233_600),
            ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("", nil),
            ("Sun, 6 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 24:49:37 GMT", nil),
            ("Sun, 06 Nov 1994 08:49 GMT", nil), ("Sun, 06 Foo 1994 08:49:37 GMT", nil),
        ] as [(String, Double?)])
    func datesAreRead(text: String, seconds: Double?) {
        #expect(HTTPDate.date(text)?.timeIntervalSince1970 == seconds)
    }

    static let date = "Sun, 06 Nov 1994 08:49:37 GMT"

    @Test(
        arguments: [
            ("RequestTimeTooSkewed", date, 784_111_777.0 - 3600, 3600.0),
            ("InvalidSignatureException", date, 784_111_777.0 + 3600, -3600),
            ("SignatureDoesNotMatch", date, 784_111_777.0 + 100, nil), ("AuthFailure", nil, 0, nil),
            ("AccessDenied", date, 0, nil), ("RequestExpired", "yesterday", 0, nil),
        ] as [(String, String?, Double, Double?)])
    func onlyAWrongClockIsCorrected(code: String, header: String?, signedAt: Double, correction: Double?) {
        #expect(
            ClockSkew.correction(
                code: code, dateHeader: header, signedAt: Date(timeIntervalSince1970: signedAt)) == correction)
    }

    /// A server that takes only what was signed within five minutes of its own time, an hour ahead of the client's.
    static let strict: LoopbackServer.Handler = { request in
        let headers = [("Date", "Fri, 02 Jan 2026 04:04:05 GMT")]
        if request["X-Amz-Date"]?.hasPrefix("20260102T0404") == true {
            return .json("{\"FailedEntryCount\":0,\"Entries\":[]}", headers: headers)
        }
        return .json(
            #"{"__type":"InvalidSignatureException","message":"Signature expired"}"#, status: 403, headers: headers)
    }

    @Test func aClockThatIsOffByAnHourIsCorrectedOnceForAllCalls() async throws {
        try await LoopbackServer.run(Self.strict) { server in
            let fixture = ClientFixture(server.url)
            let events = fixture.client.eventBridge("us-east-1")
            _ = try await events.putEvents(ClientTests.entry, deadline: fixture.deadline)
            _ = try await events.putEvents(ClientTests.entry, deadline: fixture.deadline)
            #expect(server.record.requests.count == 3)
            #expect(fixture.client.clockOffset == 3600)
            #expect(fixture.notes.waits.isEmpty)
            #expect(fixture.notes.events.map(\.failure) == ["InvalidSignatureException", nil, nil])
        }
    }

    @Test func aServerThatCannotBePleasedIsAskedTwice() async throws {
        try await LoopbackServer.run { _ in
            .json(
                #"{"__type":"RequestTimeTooSkewed","message":"no"}"#, status: 403,
                headers: [("Date", "Fri, 02 Jan 2026 04:04:05 GMT")])
        } _: { server in
            let fixture = ClientFixture(server.url)
            let error = await #expect(throws: AWSError.self) {
                try await fixture.client.eventBridge("us-east-1").putEvents(
                    ClientTests.entry, deadline: fixture.deadline)
            }
            #expect(error?.problem.kind == .credentials)
            #expect(server.record.requests.count == 2)
        }
    }

    /// As `strict`, for a call that needs no permission; further calls are let pass.
    static func identity(isOff: Bool) -> LoopbackServer.Handler {
        { request in
            let headers = [("Date", "Fri, 02 Jan 2026 04:04:05 GMT")]
            guard isOff, request["X-Amz-Date"]?.hasPrefix("20260102T0404") != true else {
                let parts = [("Account", "1"), ("Arn", "a"), ("UserId", "u")].map { "<\($0)>\($1)</\($0)>" }
                return .json("<R>\(parts.joined())</R>", headers: headers)
            }
            let error = "<Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired</Message></Error>"
            return .json("<R>\(error)</R>", status: 403, headers: headers)
        }
    }

    @Test(arguments: [(true, 2, 3600.0), (false, 1, 0)])
    func whoeverWasRefusedElsewhereCanAskOnceWhetherItWasTheClock(isOff: Bool, calls: Int, offset: Double) async throws {
        try await LoopbackServer.run(Self.identity(isOff: isOff)) { server in
            let fixture = ClientFixture(server.url)
            // Twice: what is known is not asked again.
            for _ in 1...2 {
                #expect(await fixture.client.hasCorrectedClock(in: "us-east-1", deadline: fixture.deadline) == isOff)
                #expect(server.record.requests.count == calls)
            }
            let signingTime = fixture.client.signingTime.timeIntervalSince1970
            #expect(signingTime == fixture.client.configuration.now().timeIntervalSince1970 + offset)
        }
    }

    @Test func whatIsNotAnsweredSaysNothingOfTheClock() async throws {
        try await LoopbackServer.run { _ in
            .json("{}", status: 500)
        } _: { server in
            let fixture = ClientFixture(server.url)
            #expect(await !fixture.client.hasCorrectedClock(in: "us-east-1", deadline: fixture.deadline))
            #expect(fixture.client.clockOffset == 0)
        }
    }
}
