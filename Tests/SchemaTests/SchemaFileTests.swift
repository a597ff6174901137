import Basics
import Schema
import TestSupport
import Testing

@Suite struct SchemaFileTests {
    private func parse(_ text: String, named name: String = "007_things.sql") throws -> SchemaFile {
        try SchemaFile.parse(bytes: Array(text.utf8), path: "schema/\(name)")
    }

    @Test func semicolonsInsideQuotesAndCommentsAreNone() throws {
        let file = try parse(
            """
            -- Things; with a semicolon.
            CREATE TABLE a (b text DEFAULT ';''x;', "c;d" text); /* ; */
            -- for people: nothing
            CREATE FUNCTION f() RETURNS text LANGUAGE SQL AS $$ SELECT ';' $$;
            GRANT SELECT -- why; not
              ON a TO b;
            """)
        #expect(file.version == 7)
        #expect(file.name == "things")
        #expect(file.statements.map(\.line) == [2, 4, 5])
        #expect(file.statements[0].text == #"CREATE TABLE a (b text DEFAULT ';''x;', "c;d" text)"#)
        #expect(file.statements[1].text.hasSuffix("$$ SELECT ';' $$"))
        #expect(file.statements[2].text.hasSuffix("ON a TO b"))
        #expect(!file.runsAlways)
    }

    @Test func conditionsBelongToTheStatementBelowThem() throws {
        let file = try parse(
            """
            -- run: always
            -- skip when: SELECT 1 FROM x WHERE y = 'a'
            -- words
            CREATE ROLE r WITH LOGIN;
            -- done when: SELECT 2
            CREATE INDEX ASYNC i ON t (c);
            GRANT SELECT ON t TO r;
            """)
        #expect(file.runsAlways)
        #expect(file.statements.map(\.skipWhen) == ["SELECT 1 FROM x WHERE y = 'a'", nil, nil])
        #expect(file.statements.map(\.doneWhen) == [nil, "SELECT 2", nil])
        #expect(file.statements[1].title == "CREATE INDEX ASYNC i")
    }

    @Test(arguments: [
        ("SELECT 1", 1, "no `;`"),
        ("SELECT 'a;\n", 1, "has no end"),
        ("SELECT 1;\n;", 2, "missing before"),
        ("-- skp when: SELECT 1\nSELECT 1;", 1, "unknown condition"),
        ("-- skip when: DELETE FROM t\nSELECT 1;", 1, "takes one SELECT"),
        ("-- run: sometimes\nSELECT 1;", 1, "run: always"),
        ("SELECT 1;\n-- run: always\nSELECT 2;", 2, "above the first"),
        ("SELECT 1;\n-- skip when: SELECT 1\n", 3, "above no statement"),
    ])
    func aFileThatCannotBeReadSaysWhere(text: String, line: Int, words: String) {
        let problem = #expect(throws: Problem.self) { try parse(text) }
        #expect(problem?.location?.line == line)
        #expect(problem?.summary.contains(words) == true, "\(problem?.summary ?? "")")
    }

    @Test func theProjectsOwnFilesAreRead() throws {
        let files = try SchemaFile.load(folder: Repository.root + "/schema")
        #expect(files.map(\.version) == Array(0..<files.count))
        #expect(files.allSatisfy { $0.checksum.count == 64 && !$0.statements.isEmpty })
        #expect(files.filter(\.runsAlways).map(\.name) == ["access"])
    }

    @Test func aVariableRunsItsStatementOncePerValue() throws {
        let file = try parse(
            "-- skip when: SELECT 1 WHERE '${processorRoleArn}' = ''\nAWS IAM GRANT a TO '${processorRoleArn}';\nSELECT 1;")
        let variables = try SchemaVariables(
            processorRoleARNs: ["arn:aws:iam::123456789012:role/one", "arn:aws:iam::123456789012:role/two"], consoleRoleARNs: [])
        let filled = try variables.fill(file.statements[0], in: file)
        #expect(filled.map(\.text) == ["one", "two"].map { "AWS IAM GRANT a TO 'arn:aws:iam::123456789012:role/\($0)'" })
        #expect(filled[1].skipWhen == "SELECT 1 WHERE 'arn:aws:iam::123456789012:role/two' = ''")
        #expect(try variables.fill(file.statements[1], in: file) == [file.statements[1]])
        let none = try parse("AWS IAM GRANT b TO '${consoleRoleArn}';")
        #expect(try variables.fill(none.statements[0], in: none).isEmpty)
        let unknown = try parse("SELECT '${consoleRoleArm}';")
        let problem = #expect(throws: Problem.self) { try variables.fill(unknown.statements[0], in: unknown) }
        #expect(problem?.hint == "did you mean `${consoleRoleArn}`?")
    }

    @Test(arguments: [
        "arn:aws:iam::123456789012:role/x'; DROP TABLE tasks; --", "arn:aws:sts::123456789012:assumed-role/a/b", "role/x",
        "arn:aws:iam::1234:role/x", "",
    ])
    func whatIsNoIAMIdentityNeverReachesAStatement(arn: String) {
        #expect(throws: Problem.self) { try SchemaVariables(processorRoleARNs: [arn], consoleRoleARNs: []) }
    }
}
