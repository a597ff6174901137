import Database
import FoundationEssentials
import Testing

extension ConsoleEndToEnd {
    /// `taskops schema` against the stack's own database.
    @Suite struct SchemaTests {
        @Test("what `sandbox up` applied is all there is: plan ends 0, and apply again runs nothing")
        func upToDate() async throws {
            let plan = try await Console.run("--sandbox", "schema", "plan")
            #expect(plan.exit == 0, "\(plan.output)\(plan.error)")
            let apply = try await Console.run("--sandbox", "schema", "apply")
            #expect(apply.exit == 0)
            #expect(apply.output.isEmpty)
        }

        @Test("a statement DSQL refuses: 1 with file and line; mended and run again, it goes on where it stopped")
        func brokenStatement() async throws {
            try await withCopy { folder in
                let file = folder + "/006_extra.sql"
                let begin = "CREATE TABLE IF NOT EXISTS extra (id integer PRIMARY KEY);\n\n"
                try write(begin + "-- Refused by DSQL.\nCREATE TABLE extra_more (id serial PRIMARY KEY);\n", to: file)
                #expect(try await Console.run("--sandbox", "schema", "plan", "--schema", folder).exit == 2)

                let failed = try await Console.run("--sandbox", "schema", "apply", "--schema", folder)
                #expect(failed.exit == 1)
                #expect(failed.errorLines.count == 1)
                #expect(failed.error.contains("\(file):4: "), "\(failed.error)")
                #expect(failed.error.contains("taskops schema apply again"))
                // What was done stays, and is not taken for all of it.
                #expect(try await Rows.count("SELECT count(*) AS n FROM extra") == 0)
                #expect(try await Rows.count("SELECT count(*) AS n FROM schema_version WHERE version = 6") == 0)
                #expect(try await CanaryJSON.run().exit == 0)

                try write(begin + "CREATE TABLE extra_more (id integer PRIMARY KEY);\n", to: file)
                let mended = try await Console.run("--sandbox", "schema", "apply", "--schema", folder)
                #expect(mended.exit == 0, "\(mended.error)")
                #expect(try await Rows.count("SELECT count(*) AS n FROM extra_more") == 0)
                #expect(try await Console.run("--sandbox", "schema", "plan", "--schema", folder).exit == 0)
            }
        }

        @Test("a file edited after it was applied is refused, by plan and by apply, and nothing is run")
        func editedFile() async throws {
            try await withCopy { folder in
                let file = folder + "/001_tasks.sql"
                try write(
                    try String(contentsOfFile: file, encoding: .utf8) + "\nCREATE TABLE extra (id integer PRIMARY KEY);\n",
                    to: file)
                let plan = try await Console.run("--sandbox", "schema", "plan", "--schema", folder)
                #expect(plan.exit == 2)
                #expect(plan.output.contains("edited after it was applied") && !plan.output.contains("makes it so"))
                let apply = try await Console.run("--sandbox", "schema", "apply", "--schema", folder)
                #expect(apply.exit == 1)
                #expect(apply.errorLines.count == 1)
                #expect(apply.error.contains("\(file): the file was edited after it was applied"))
                let there = try await Rows.count("SELECT count(*) AS n FROM pg_tables WHERE tablename = 'extra'")
                #expect(there == 0)
            }
        }

        @Test(
            "files that cannot be read as a schema: 1 with file and line, before anything is run",
            arguments: [
                ("006_extra.sql", "CREATE TABLE extra (id integer PRIMARY KEY)\n", "006_extra.sql:1"),
                ("006_extra.sql", "CREATE TABLE extra (note text DEFAULT 'open);\n", "006_extra.sql:1"),
                ("006_extra.sql", "-- skpi when: SELECT 1\nCREATE TABLE extra (id integer PRIMARY KEY);\n", "006_extra.sql:1"),
                ("extra.sql", "CREATE TABLE extra (id integer PRIMARY KEY);\n", "extra.sql"),
                ("005_twice.sql", "CREATE TABLE extra (id integer PRIMARY KEY);\n", "005_twice.sql"),
            ])
        func unreadable(name: String, text: String, place: String) async throws {
            try await withCopy { folder in
                try write(text, to: folder + "/" + name)
                let apply = try await Console.run("--sandbox", "schema", "apply", "--schema", folder)
                #expect(apply.exit == 1, "\(apply)")
                #expect(apply.errorLines.count == 1)
                #expect(apply.error.contains(place), "\(apply.error)")
                #expect(try await Rows.count("SELECT count(*) AS n FROM pg_tables WHERE tablename = 'extra'") == 0)
            }
        }

        @Test("a folder that is not there, and an ARN that is none: 1 and one line")
        func refused() async throws {
            let missing = try await Console.run("--sandbox", "schema", "apply", "--schema", "/nonexistent")
            #expect(missing.exit == 1)
            #expect(missing.errorLines.count == 1)
            #expect(missing.error.contains("/nonexistent"))
            let wrong = try await Console.run("--sandbox", "schema", "apply", "--console-role-arn", "ada")
            #expect(wrong.exit == 1)
            #expect(wrong.errorLines.count == 1, "\(wrong.error)")
            #expect(wrong.error.contains("ada"))
        }

        // MARK: -

        /// A copy of schema/, and afterwards a database that knows nothing of what was added to it.
        private func withCopy(_ body: (String) async throws -> Void) async throws {
            try await Folder.with { folder in
                let copy = folder + "/schema"
                try FileManager.default.copyItem(atPath: LocalStack.schema, toPath: copy)
                do { try await body(copy) } catch {
                    try await forget()
                    throw error
                }
                try await forget()
            }
        }

        private func forget() async throws {
            try await Rows.execute("DROP TABLE IF EXISTS extra")
            try await Rows.execute("DROP TABLE IF EXISTS extra_more")
            try await Rows.execute("DELETE FROM schema_version WHERE version > 5")
        }

        private func write(_ text: String, to file: String) throws {
            try Data(text.utf8).write(to: URL(filePath: file))
        }
    }
}
