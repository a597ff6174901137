package import Basics

extension AWSClient.Configuration {
    /// What the environment and the shared files say of calls themselves: retries, proxies, and how to introduce oneself.
    package mutating func apply(_ shared: SharedConfig, _ environment: ProcessEnvironment) throws(Problem) {
        retry = try shared.retryPolicy(environment)
        proxy = ProxySettings(environment.variables)
        userAgent.executionEnvironment = environment["AWS_EXECUTION_ENV"]
        userAgent.appID = environment["AWS_SDK_UA_APP_ID"] ?? shared.current?["sdk_ua_app_id"]
    }
}
