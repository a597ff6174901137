import Basics

/// The values of `${name}` in schema files, checked before they are pasted into SQL.
///
/// A GRANT takes no parameters, so these values become part of the text. Only the form of an IAM ARN is let through,
/// which has no quote in it.
package struct SchemaVariables: Sendable, Hashable {
    package static let names = ["processorRoleArn", "consoleRoleArn"]

    private var values: [String: [String]]

    /// - Throws: ``Problem`` when a value is not the ARN of an IAM role or user.
    package init(processorRoleARNs: [String], consoleRoleARNs: [String]) throws {
        values = ["processorRoleArn": processorRoleARNs, "consoleRoleArn": consoleRoleARNs]
        for arn in processorRoleARNs + consoleRoleARNs where !Self.isIAMIdentity(arn) {
            throw Problem(
                .configuration, "`\(arn)` is not the ARN of an IAM role or user",
                hint: "the form is arn:aws:iam::111122223333:role/NAME; for an assumed role, give the role's own ARN")
        }
    }

    /// The statement once for each value of the variable in it; as it is when it has none.
    ///
    /// - Throws: ``Problem`` at an unknown name.
    package func fill(_ statement: SchemaStatement, in file: SchemaFile) throws -> [SchemaStatement] {
        let whole = [statement.text, statement.skipWhen, statement.doneWhen].compactMap(\.self).joined(separator: "\n")
        let used = Set(Self.variables(in: whole))
        for name in used.sorted() where values[name] == nil {
            let near = closestMatch(to: name, among: Self.names).map { "did you mean `${\($0)}`?" }
            throw Problem(
                .configuration, "unknown variable `${\(name)}`", hint: near ?? "known: \(Self.names.joined(separator: ", "))",
                location: .init(file: file.path, line: statement.line))
        }
        guard let name = used.sorted().first else { return [statement] }
        guard used.count == 1 else {
            throw Problem(
                .configuration, "a statement takes one variable", location: .init(file: file.path, line: statement.line))
        }
        return (values[name] ?? []).map { value in
            func filled(_ text: String) -> String { text.replacing("${\(name)}", with: value) }
            return SchemaStatement(
                text: filled(statement.text), skipWhen: statement.skipWhen.map(filled),
                doneWhen: statement.doneWhen.map(filled), line: statement.line)
        }
    }

    private static func variables(in text: String) -> [String] {
        text.matches(of: /\$\{([^}]*)\}/).map { String($0.output.1) }
    }

    /// `arn:PARTITION:iam::ACCOUNT:role/PATH` or `:user/PATH`, of the characters IAM allows in names and paths.
    static func isIAMIdentity(_ arn: String) -> Bool {
        arn.wholeMatch(of: /arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)\/[A-Za-z0-9+=,.@_\/-]+/) != nil
    }
}
