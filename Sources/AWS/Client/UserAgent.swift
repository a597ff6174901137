/// How AWS SDKs introduce themselves (botocore's `useragent.py`).
enum UserAgent {
    static func text(appID: String?) -> String {
        #if arch(x86_64)
            let architecture = "x86_64"
        #else
            let architecture = "arm64"
        #endif
        let app = appID.map { " app/\(clean($0))" } ?? ""
        return "taskops ua/2.1 os/linux md/arch#\(architecture) lang/swift cfg/retry-mode#standard\(app)"
    }

    private static func clean(_ text: String) -> String {
        String(
            text.prefix(50).map {
                $0.isASCII && ($0.isLetter || $0.isNumber || "!$%&'*+-.^_`|~,".contains($0)) ? $0 : "-"
            })
    }
}
