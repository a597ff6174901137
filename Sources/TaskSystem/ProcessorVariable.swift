/// The environment variables without which the task processor does not start; infrastructure/stack.yaml sets them.
package enum ProcessorVariable: String, Sendable, CaseIterable {
    case stackName = "STACK_NAME"
    case environment = "ENVIRONMENT"
    case bus = "EVENT_BUS_NAME"
    case clusterEndpoint = "CLUSTER_ENDPOINT"
    case databaseRole = "DATABASE_ROLE"
}
