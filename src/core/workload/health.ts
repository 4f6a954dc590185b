/**
 * How every orchestrator checks a container's health: the numbers are ECS's defaults.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
export const healthCheckSettings = { intervalSeconds: 30, timeoutSeconds: 5, retries: 3 } as const;
