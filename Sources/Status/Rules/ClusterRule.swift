import Basics
import Findings
import TaskSystem

/// The cluster as DSQL describes it: that it *exists*. Whether it answers is the database's row.
enum ClusterRule {
    static func row(_ context: RegionContext) -> StatusRow {
        let name = name(context)
        let missing = Finding(
            "cluster-missing", .unhealthy, "there is no cluster \(name) in \(context.region)",
            evidence: context.facts.cluster?.problem.map { $0.cause ?? $0.summary }, next: context.aws("dsql list-clusters"))
        return .of(.cluster, name, "the cluster \(name)", context.facts.cluster, in: context, missing: missing) { facts in
            (summary(facts), status(facts, context) + protection(facts, context) + peering(facts, context))
        }
    }

    private static func name(_ context: RegionContext) -> String {
        if let identifier = context.facts.cluster?.value?.identifier { return identifier }
        return switch context.regional.cluster {
        case .id(let id): id.rawValue
        case .tag(let key, let value): "\(key)=\(value)"
        }
    }

    private static func summary(_ facts: ClusterFacts) -> String {
        var parts = [facts.status]
        if facts.status == "IDLE" || facts.status == "INACTIVE" { parts.append("scaled down, wakes on the next connection") }
        let peers = facts.peers.map { region(ofARN: $0) ?? $0 }
        if !peers.isEmpty { parts.append("peered with \(peers.joined(separator: ", "))") }
        if let witness = facts.multiRegionProperties?.witnessRegion { parts.append("witness \(witness)") }
        if let encryption = facts.encryptionDetails, encryption.encryptionStatus != "ENABLED" {
            parts.append("encryption \(encryption.encryptionStatus)")
        }
        return parts.joined(separator: ", ")
    }

    /// Source: Aurora DSQL user guide, "Cluster lifecycle".
    private static func status(_ facts: ClusterFacts, _ context: RegionContext) -> [Finding] {
        func found(_ code: String, _ sentence: String) -> [Finding] {
            [Finding(code, .unhealthy, sentence, next: get(facts, context))]
        }
        switch facts.status {
        // Idle and inactive clusters are scaled down because nobody asks; the next connection wakes them, and is slow.
        case "ACTIVE", "IDLE", "INACTIVE", "UPDATING": return []
        case "CREATING": return found("cluster-creating", "the cluster is CREATING: it takes no connections yet")
        case "PENDING_SETUP":
            return found(
                "cluster-pending-setup",
                "the cluster is PENDING_SETUP: it takes no connections until it and its peer name each other")
        case "PENDING_DELETE":
            return found(
                "cluster-pending-delete", "the cluster is PENDING_DELETE: it goes for good when its last peer is deleted")
        case "DELETING": return found("cluster-deleting", "the cluster is being deleted, and its data with it")
        case "DELETED": return found("cluster-deleted", "the cluster is deleted")
        case "FAILED": return found("cluster-failed", "the cluster is FAILED: it could not be created")
        default:
            return [
                Finding(
                    "cluster-status-unknown", .unknown, "the cluster is in a status that is not known here",
                    evidence: facts.status, next: get(facts, context))
            ]
        }
    }

    private static func protection(_ facts: ClusterFacts, _ context: RegionContext) -> [Finding] {
        var findings: [Finding] = []
        if !facts.deletionProtectionEnabled {
            findings.append(
                Finding(
                    "cluster-not-protected", .degraded, "the cluster's deletion protection is off: one call deletes the data",
                    next: context.aws("dsql update-cluster --deletion-protection-enabled", ["identifier": facts.identifier])))
        }
        switch facts.encryptionDetails?.encryptionStatus {
        // A key that is being changed is no fault.
        case "ENABLED", "ENABLING", "UPDATING", nil: break
        case "KMS_KEY_INACCESSIBLE":
            findings.append(
                Finding(
                    "cluster-key-inaccessible", .unhealthy,
                    "DSQL cannot use the cluster's KMS key: the data cannot be read",
                    evidence: facts.encryptionDetails?.kmsKeyArn,
                    next: context.aws("kms describe-key", ["key-id": facts.encryptionDetails?.kmsKeyArn ?? "KEY"])))
        case .some(let status):
            findings.append(
                Finding(
                    "cluster-encryption-unknown", .unknown, "the cluster's encryption is in a status that is not known here",
                    evidence: status, next: get(facts, context)))
        }
        return findings
    }

    // MARK: Peering

    /// Peering is named on both sides, and both name the same witness. A stack of one Region needs no peer.
    private static func peering(_ facts: ClusterFacts, _ context: RegionContext) -> [Finding] {
        let others = context.stack.regions.map(\.region).filter { $0 != context.region }
        var findings: [Finding] = []
        for other in others {
            guard let peer = context.clusters[other]?.value else { continue }
            switch (facts.peers.contains(peer.arn), peer.peers.contains(facts.arn)) {
            case (false, false):
                findings.append(
                    Finding(
                        "clusters-not-peered", .unhealthy,
                        "the clusters of \(context.region) and \(other) are not peers: a task written in one is not in the other",
                        evidence: named(facts), next: get(facts, context)))
            case (true, false), (false, true):
                let (naming, silent) = facts.peers.contains(peer.arn) ? (context.region, other) : (other, context.region)
                findings.append(
                    Finding(
                        "peering-one-sided", .unhealthy,
                        "the cluster of \(naming) names that of \(silent) as its peer, which does not name it back",
                        evidence: named(facts), next: get(facts, context)))
            case (true, true):
                let (mine, theirs) = (facts.multiRegionProperties?.witnessRegion, peer.multiRegionProperties?.witnessRegion)
                guard mine != theirs else { continue }
                findings.append(
                    Finding(
                        "witness-differs", .unhealthy, "the clusters of \(context.region) and \(other) name different witnesses",
                        evidence: "\(mine ?? "none") and \(theirs ?? "none")", next: get(facts, context)))
            }
        }
        return findings
    }

    private static func named(_ facts: ClusterFacts) -> String {
        facts.peers.isEmpty ? "multiRegionProperties names no peer" : "its peers: \(facts.peers.joined(separator: ", "))"
    }

    /// `arn:aws:dsql:REGION:ACCOUNT:cluster/ID`.
    static func region(ofARN arn: String) -> String? {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 6 && parts[2] == "dsql" ? String(parts[3]) : nil
    }

    private static func get(_ facts: ClusterFacts, _ context: RegionContext) -> String {
        context.aws("dsql get-cluster", ["identifier": facts.identifier])
    }
}
