package import Basics

extension AWSClient.Configuration {
    /// What the environment and the shared files say of calls themselves: retries, proxies, and how to introduce oneself.
    package mutating func apply(_ shared: SharedConfig, _ environment: ProcessEnvironment) throws(Problem) {
        retry = try RetryPolicy(
            mode: environment["AWS_RETRY_MODE"] ?? shared.current?["retry_mode"],
            maxAttempts: environment["AWS_MAX_ATTEMPTS"] ?? shared.current?["max_attempts"],
            newRetries: environment["AWS_NEW_RETRIES_2026"], file: shared.config.path)
        proxy = ProxySettings(environment.variables)
        userAgent.executionEnvironment = environment["AWS_EXECUTION_ENV"]
        userAgent.appID = environment["AWS_SDK_UA_APP_ID"] ?? shared.current?["sdk_ua_app_id"]
    }
}
