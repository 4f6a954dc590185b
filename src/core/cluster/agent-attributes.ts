/** Every agent names the versions of Docker's API that it speaks. */
const everyAgents = "com.amazonaws.ecs.capability.docker-remote-api.";

/**
 * Whether the attributes of an instance say what its agent can: those of moto, and of a snapshot that somebody wrote,
 * do not. https://github.com/aws/amazon-ecs-agent/blob/master/agent/app/agent_capability.go
 */
export function sayWhatAgentCan(attributes: Readonly<Record<string, string>>): boolean {
  return Object.keys(attributes).some((name) => name.startsWith(everyAgents));
}
