package import Basics
package import FoundationEssentials

/// The password Aurora DSQL takes: a presigned request that is never sent, only verified by the cluster.
/// Making one is computation alone; nothing is asked of AWS (botocore, `signers.py`, `_dsql_generate_db_auth_token`).
package enum DSQLToken {
    package enum Action: String, Sendable, CaseIterable {
        /// As a database role that an IAM role was granted to.
        case connect = "DbConnect"
        /// As `admin`.
        case connectAdmin = "DbConnectAdmin"
    }

    /// - Parameter host: the cluster's endpoint, `ID.dsql.REGION.on.aws`, also where the connection itself goes elsewhere.
    package static func make(
        host: String, region: String, action: Action, credentials: AWSCredentials, expires: Duration = .seconds(900),
        at date: Date
    ) -> Secret<String> {
        let request = SignableRequest(
            method: "GET", path: "/", query: "Action=\(action.rawValue)", headers: [("Host", host)])
        let signer = SigV4(credentials: credentials, region: region, service: "dsql")
        return Secret("\(host)/?\(signer.presign(request, expires: expires, at: date).query)")
    }
}
