/// The namespaces AWS's services write to, to tell a slip of the finger from a namespace of one's own.
///
/// Source of the names: the CloudWatch user guide's list of services that publish metrics, as grafana-aws-sdk keeps it
/// (`cloudWatchConsts`, August 2026), with AWS/AuroraDSQL and those of CloudWatch's own agents.
enum MetricNamespaces {
    static let all: [String] = [
        "/aws/sagemaker/Endpoints", "/aws/sagemaker/InferenceComponents", "/aws/sagemaker/InferenceRecommendationsJobs",
        "/aws/sagemaker/ProcessingJobs", "/aws/sagemaker/TrainingJobs", "/aws/sagemaker/TransformJobs",
        "AWS/ACMPrivateCA", "AWS/AmazonMQ", "AWS/AmplifyHosting", "AWS/ApiGateway", "AWS/AppFlow", "AWS/AppRunner",
        "AWS/AppStream", "AWS/AppSync", "AWS/ApplicationELB", "AWS/Athena", "AWS/AuroraDSQL", "AWS/AutoScaling",
        "AWS/Backup", "AWS/Bedrock", "AWS/Bedrock/Agents", "AWS/Bedrock/Guardrails", "AWS/Billing", "AWS/Cassandra",
        "AWS/CertificateManager", "AWS/Chatbot", "AWS/ClientVPN", "AWS/CloudFront", "AWS/CloudHSM", "AWS/CloudSearch",
        "AWS/CodeBuild", "AWS/CodeGuruProfiler", "AWS/Cognito", "AWS/Connect", "AWS/DAX", "AWS/DDoSProtection",
        "AWS/DMS", "AWS/DX", "AWS/DataSync", "AWS/DocDB", "AWS/DynamoDB", "AWS/EBS", "AWS/EC2", "AWS/EC2/API",
        "AWS/EC2CapacityReservations", "AWS/EC2Spot", "AWS/ECR", "AWS/ECS", "AWS/EFS", "AWS/EKS", "AWS/ELB",
        "AWS/EMRServerless", "AWS/ES", "AWS/ElastiCache", "AWS/ElasticBeanstalk", "AWS/ElasticGPUs",
        "AWS/ElasticInference", "AWS/ElasticMapReduce", "AWS/ElasticTranscoder", "AWS/EventBridge/Pipes", "AWS/Events",
        "AWS/EventsV2", "AWS/FSx", "AWS/Firehose", "AWS/FraudDetector", "AWS/GameLift", "AWS/GatewayELB",
        "AWS/GlobalAccelerator", "AWS/GroundStation", "AWS/IVS", "AWS/IVSRealTime", "AWS/Inspector", "AWS/IoT",
        "AWS/IoTAnalytics", "AWS/IoTSiteWise", "AWS/KMS", "AWS/Kafka", "AWS/KafkaConnect", "AWS/Kendra", "AWS/Kinesis",
        "AWS/KinesisAnalytics", "AWS/KinesisVideo", "AWS/Lambda", "AWS/Lex", "AWS/Logs", "AWS/LookoutMetrics", "AWS/ML",
        "AWS/MWAA", "AWS/MediaConnect", "AWS/MediaConvert", "AWS/MediaLive", "AWS/MediaPackage", "AWS/MediaStore",
        "AWS/MediaTailor", "AWS/MemoryDB", "AWS/NATGateway", "AWS/Neptune", "AWS/NetworkELB", "AWS/NetworkFirewall",
        "AWS/NetworkManager", "AWS/NetworkMonitor", "AWS/OpsWorks", "AWS/Polly", "AWS/PrivateLinkEndpoints",
        "AWS/PrivateLinkServices", "AWS/Prometheus", "AWS/RDS", "AWS/Redshift", "AWS/Rekognition", "AWS/Robomaker",
        "AWS/Route53", "AWS/Route53Resolver", "AWS/S3", "AWS/SDKMetrics", "AWS/SES", "AWS/SNS", "AWS/SQS", "AWS/SWF",
        "AWS/SageMaker", "AWS/SageMaker/LabelingJobs", "AWS/Sagemaker/ModelBuildingPipeline", "AWS/Scheduler",
        "AWS/SecretsManager", "AWS/ServiceCatalog", "AWS/States", "AWS/StorageGateway", "AWS/Textract",
        "AWS/ThingsGraph", "AWS/Timestream", "AWS/Transfer", "AWS/TransitGateway", "AWS/Translate",
        "AWS/TrustedAdvisor", "AWS/Usage", "AWS/VPN", "AWS/WAF", "AWS/WAFV2", "AWS/WorkSpaces", "AmazonMWAA",
        "ApplicationSignals", "CWAgent", "CloudWatchSynthetics", "ContainerInsights", "ECS/ContainerInsights", "Glue",
        "LambdaInsights",
    ]
    static let set = Set(all)
}
