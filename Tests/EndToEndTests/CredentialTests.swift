import FoundationEssentials
import TaskSystem
import Testing

extension ConsoleEndToEnd {
    /// The prober itself cannot look: that says nothing about the path, and ends 3.
    @Suite struct CredentialTests {
        @Test("no credentials: 3, and one line that names what was looked at")
        func none() async throws {
            let ended = try await canary(variables: [:])
            #expect(ended.exit == 3)
            #expect(ended.output.isEmpty)
            #expect(ended.errorLines.count == 1)
            #expect(ended.error.contains("credentials"))
        }

        @Test("no credentials, as JSON: still a report, every Region unknown")
        func noneAsJSON() async throws {
            let ended = try await canary("--output", "json", variables: [:])
            #expect(ended.exit == 3)
            let canary = try CanaryJSON(ended)
            #expect(canary.outcome == "unknown")
            #expect(canary.document["regions"]?.items.count == 2)
            #expect(canary.summary.contains("credentials"))
        }

        @Test("credentials that have expired: 3, and the hint is to sign in again")
        func expired() async throws {
            // What AWS answers once a session is over.
            let fault: [String: JSONValue] = [
                "kind": "error", "service": "events", "code": "ExpiredTokenException", "status": 400,
                "message": "The security token included in the request is expired",
            ]
            try await LocalStack.current.control.withFault(fault) {
                let canary = try await CanaryJSON.run()
                #expect(canary.exit == 3)
                #expect(canary.hop == "create/accept")
                #expect(canary.summary.contains("ExpiredTokenException"))
                #expect(canary.hint?.contains("aws sso login") == true)
            }
        }

        @Test("credentials known to have expired are not even sent")
        func expiredBeforehand() async throws {
            let process =
                #"echo '{"Version":1,"AccessKeyId":"AKIDEXAMPLE","SecretAccessKey":"x","SessionToken":"y","Expiration":"2020-01-01T00:00:00Z"}'"#
            try await Folder.with { folder in
                try Data("\(process)\n".utf8).write(to: URL(filePath: folder + "/credentials.sh"))
                try Data("[default]\ncredential_process = /bin/sh \(folder)/credentials.sh\n".utf8)
                    .write(to: URL(filePath: folder + "/config"))
                let ended = try await canary(variables: ["AWS_CONFIG_FILE": folder + "/config"])
                #expect(ended.exit == 3)
                #expect(ended.errorLines.count == 1)
            }
        }

        @Test(
            "credentials that AWS refuses: 3 in every Region, the reason given and no secret shown",
            arguments: [
                (id: "AKIAIOSFODNN7EXAMPLE", code: "UnrecognizedClientException"), (id: nil, code: "InvalidSignatureException"),
            ])
        func wrong(id: String?, code: String) async throws {
            let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
            let own = LocalStack.current.variables["AWS_ACCESS_KEY_ID"] ?? ""
            let ended = try await canary(
                "--output", "json", variables: ["AWS_ACCESS_KEY_ID": id ?? own, "AWS_SECRET_ACCESS_KEY": secret])
            #expect(ended.exit == 3)
            let canary = try CanaryJSON(ended)
            #expect(canary.hop == "create/accept")
            #expect(canary.summary.contains(code))
            #expect(canary.hint?.isEmpty == false)
            #expect(!ended.output.contains(secret) && !ended.error.contains(secret))
        }

        @Test("a role that may not put events: 3 at create/accept, and the hint names the action")
        func mayNotPutEvents() async throws {
            let keys = try await Users.create(
                "no-events",
                allow:
                    #"[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"events:PutEvents","Resource":"*"}]"#
            )
            // It may connect: what is refused is the event, not the database.
            let grant = try await Console.run("--sandbox", "schema", "apply", "--console-role-arn", keys.arn)
            #expect(grant.exit == 0, "\(grant.error)")
            let canary = try CanaryJSON(try await canary("--output", "json", variables: keys.variables))
            #expect(canary.exit == 3)
            #expect(canary.hop == "create/accept")
            #expect(canary.summary.contains("AccessDenied"))
            #expect(canary.hint?.contains("PutEvents") == true)
        }

        @Test("a token that IAM refuses: 3 at create/commit before any event is sent")
        func mayNotConnect() async throws {
            let keys = try await Users.create(
                "no-database",
                allow:
                    #"[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"dsql:DbConnect","Resource":"*"}]"#
            )
            try await refused(keys) { $0.contains("not authorized to perform: dsql:DbConnect") }
        }

        @Test("an identity that was never granted the database role: 3 before any event is sent")
        func notGranted() async throws {
            let keys = try await Users.create("not-granted", allow: #"[{"Effect":"Allow","Action":"*","Resource":"*"}]"#)
            try await refused(keys) { $0.contains("access denied") }
        }

        @Test("a clock a day behind makes an expired token: 3, refused and not hung")
        func oldToken() async throws {
            let stack = LocalStack.current
            // The token is a signature over the time it was made; a library that lies about the time ages it.
            let answer = try await Clients.boto3(
                "us-east-1",
                """
                import datetime, os, botocore.auth
                host = "\(stack.clusterHost("us-east-1"))"
                yesterday = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) - datetime.timedelta(days=1)
                botocore.auth.get_current_datetime = lambda *_, **__: yesterday
                token = client("dsql").generate_db_connect_auth_token(host, "us-east-1")
                import psycopg
                try:
                    psycopg.connect(host=host, hostaddr="127.0.0.1", port=\(stack.region("us-east-1").connection.port ?? 0), user="taskops",
                        dbname="postgres", password=token, sslmode="verify-full", sslrootcert=os.environ["PGSSLROOTCERT"])
                    answer = "let in"
                except psycopg.OperationalError as error:
                    answer = str(error)
                """)
            #expect(answer.text?.contains("access denied") == true)
            #expect(answer.text?.contains("Signature expired") == true)
        }

        // MARK: -

        /// Without `--sandbox`, whose own credentials would win.
        private func canary(_ more: String..., variables: [String: String]) async throws -> Ended {
            let stack = LocalStack.current
            let place = ["AWS_ENDPOINT_URL": stack.variables["AWS_ENDPOINT_URL"] ?? ""]
            return try await Programs.run(
                Console.path, ["canary", "--config", stack.configurationFile, "--timeout", "5s", "--slow-after", "4s"] + more,
                variables: place.merging(variables) { _, own in own })
        }

        private func refused(_ keys: Users.Keys, because reason: (String) -> Bool) async throws {
            let control = LocalStack.current.control
            let before = try await control.putEvents()
            let canary = try CanaryJSON(try await canary("--output", "json", variables: keys.variables))
            #expect(canary.exit == 3)
            #expect(canary.hop == "create/commit")
            #expect(reason(canary.summary), "\(canary.summary)")
            #expect(canary.hint?.isEmpty == false)
            #expect(try await control.putEvents() == before)
            #expect(try await Rows.counts() == .none)
        }
    }
}
