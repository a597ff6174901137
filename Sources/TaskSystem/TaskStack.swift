/// One deployed task system: its name and what it consists of in each Region.
///
/// `taskops.yaml` is decoded into this value; every engine is handed it and nothing else about the stack.
package struct TaskStack: Sendable, Hashable {
    /// The ownership tag `taskops:stack` and the mark on canary rows.
    package var name: String
    package var environment: String
    package var regions: [RegionalStack]
    package var canary: CanaryThresholds

    package init(name: String, environment: String, regions: [RegionalStack], canary: CanaryThresholds = .init()) {
        self.name = name
        self.environment = environment
        self.regions = regions
        self.canary = canary
    }

    /// The name becomes a tag value and part of `created_by`, so it is held to what both take: at most 64 ASCII letters,
    /// digits, `-` and `_`.
    package static func isWellFormed(name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64
            && name.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "_")
            }
    }
}

/// How long the canary may take before it counts as slow, and before it counts as lost.
package struct CanaryThresholds: Sendable, Hashable {
    package var timeout: Duration
    package var slowAfter: Duration

    package init(timeout: Duration = .seconds(30), slowAfter: Duration = .seconds(5)) {
        self.timeout = timeout
        self.slowAfter = slowAfter
    }
}

/// The part of a stack that lives in one Region. Names are AWS's names of the things.
package struct RegionalStack: Sendable, Hashable {
    package var region: String
    package var cluster: ClusterReference
    package var bus: String
    package var rule: String
    package var function: String
    /// The queue EventBridge sends to when it cannot deliver to the function.
    package var deadLetterQueue: String?
    /// The queue Lambda sends to when the function keeps failing.
    package var failureQueue: String?
    /// The PostgreSQL role `taskops` connects as.
    package var databaseRole: String
    package var connection: ConnectionOverride
    /// Replaces the address of every AWS service in this Region.
    package var endpointURL: String?
    /// What `variables:` adds to the names of ``StackVariables`` here, as written: `${bus}` in a value is not filled in.
    package var variables: [String: String]

    package init(
        region: String, cluster: ClusterReference, bus: String, rule: String, function: String,
        deadLetterQueue: String? = nil, failureQueue: String? = nil, databaseRole: String = "taskops",
        connection: ConnectionOverride = .init(), endpointURL: String? = nil, variables: [String: String] = [:]
    ) {
        self.region = region
        self.cluster = cluster
        self.bus = bus
        self.rule = rule
        self.function = function
        self.deadLetterQueue = deadLetterQueue
        self.failureQueue = failureQueue
        self.databaseRole = databaseRole
        self.connection = connection
        self.endpointURL = endpointURL
        self.variables = variables
    }
}

/// How the file names a cluster: DSQL clusters have no names of their own, only an id and tags.
package enum ClusterReference: Sendable, Hashable {
    case id(ClusterID)
    case tag(key: String, value: String)
}

/// Where to connect when it is not where the endpoint's name resolves to. TLS still checks the name.
package struct ConnectionOverride: Sendable, Hashable {
    package var hostaddr: String?
    package var port: Int?
    package var sslRootCert: String?

    package init(hostaddr: String? = nil, port: Int? = nil, sslRootCert: String? = nil) {
        self.hostaddr = hostaddr
        self.port = port
        self.sslRootCert = sslRootCert
    }
}
