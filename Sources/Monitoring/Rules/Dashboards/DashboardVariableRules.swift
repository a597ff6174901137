import Basics

/// A dashboard's own variables, which people pick values for.
enum DashboardVariableRules {
    private static let members: [DashboardShape.Member] = [
        .init("type", .oneOf(["property", "pattern"]), isRequired: true), .init("property", .text(1...255)),
        .init("pattern", .text(1...255)), .init("inputType", .oneOf(["input", "select", "radio"]), isRequired: true),
        .init("id", .text(1...32), isRequired: true), .init("label", .text(0...30)), .init("defaultValue"),
        .init("visible", .boolean), .init("search", .text(1...2048)), .init("populateFrom", .anyText), .init("values"),
    ]
    private static let value: [DashboardShape.Member] = [.init("value", isRequired: true), .init("label", .text(0...255))]

    static func check(_ variables: JSONTree?, _ shape: DashboardShape, _ notes: inout RuleNotes) {
        guard let variables else { return }
        let path = DataPath() / "variables"
        guard let list = variables.array else {
            return notes.note(.wrongType, shape.index, path, "variables must be a list", "[…]")
        }
        if list.count > 25 {
            notes.note(.outOfRange, shape.index, path / 25, "a dashboard takes 25 variables, and this has \(list.count)")
        }
        var ids: Set<String> = []
        for (number, variable) in list.enumerated() {
            let place = path / number
            guard shape.check(variable, members, place, "a variable", &notes) else { continue }
            if let id = variable["id"]?.string, !ids.insert(id).inserted {
                notes.note(.duplicateID, shape.index, place / "id", "a second variable `\(id)`", "ids tell them apart")
            }
            if let type = variable["type"]?.string, variable[type] == nil, ["property", "pattern"].contains(type) {
                notes.note(.missingMember, shape.index, place, "\(type) is missing in a variable", "what it changes")
            }
            let isPicked = ["select", "radio"].contains(variable["inputType"]?.string)
            if isPicked, variable["values"] == nil, variable["search"] == nil {
                notes.note(.missingMember, shape.index, place, "values is missing in a variable", "or search with populateFrom")
            }
            if variable["search"] != nil, variable["populateFrom"] == nil {
                notes.note(
                    .missingMember, shape.index, place, "populateFrom is missing beside search",
                    "the dimension to take values from")
            }
            for (index, item) in (variable["values"]?.array ?? []).enumerated() {
                shape.check(item, value, place / "values" / index, "a value", &notes)
            }
        }
    }
}
