import { within } from "../clock.ts";
import { nameOfArn } from "../core/ecs-api/arn.ts";
import type { SandboxPort } from "../ports.ts";
import type { AwsConfig } from "./config.ts";

/** What is on this machine answers at once, and a wrong guess costs no more. */
const timeoutMs = 1_000;

/** Where aiplat's sandbox, which runs no container, answers for its services: at its own endpoint. */
export function createSandboxEndpoint(
  { endpoints, clock }: Pick<AwsConfig, "endpoints" | "clock">,
  signal: AbortSignal,
): SandboxPort {
  return {
    urlsOf: async (cluster, services) => {
      const { ecs: endpoint } = endpoints;
      // A sandbox listens on the loopback interface alone: nothing else is asked.
      if (endpoint === undefined || !/^http:\/\/(?:localhost|127(?:\.\d+){3})(?::\d+)?\/?$/.test(endpoint))
        return new Map();
      const soon = within(signal, timeoutMs, clock);
      const found = await Promise.all(
        services.map(async (service) => {
          const url = `${endpoint.replace(/\/$/, "")}/_sandbox/services/${nameOfArn(cluster)}/${service}`;
          return (await answersFor(url, soon)) ? ([[service, url]] as const) : [];
        }),
      );
      return new Map(found.flat());
    },
  };
}

/** Whether a sandbox knows the service; what else plays AWS on this machine has no such header. */
async function answersFor(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await fetch(url, { method: "HEAD", signal });
    return answer.headers.get("server") === "aiplat-sandbox" && answer.status !== 404;
  } catch {
    return false;
  }
}
