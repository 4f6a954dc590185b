import { present } from "../core/base/present.ts";
import { startSandbox, type SandboxMachines } from "./sandbox.ts";

/** The sandbox of one command with --sandbox. */
export interface Practice {
  /**
   * All that the command's AWS clients are told of: nothing of the user's own
   * environment, configuration or credentials.
   */
  readonly environment: Readonly<Record<string, string>>;
  stock(machines: readonly SandboxMachines[]): void;
  /** Ends its server. */
  close(): Promise<void>;
}

/** There whatever the workload names. */
const mixed: readonly SandboxMachines[] = ["inf2.xlarge", "trn1.2xlarge", "g5.xlarge"].map((instanceType) => ({
  instanceType,
  count: 1,
}));

/** Its time goes faster than the user waits: a task is there in a moment, a deployment in seconds. */
const speed = 10;

/** How long a task runs whose container does not say: two seconds of the user's. */
const taskMs = 20_000;

/**
 * Starts a sandbox on a free port that ends with the process at the latest, with the machines that are wanted, two of a type at
 * least.
 */
export async function startPractice(
  wanted: readonly SandboxMachines[],
  region: string | undefined,
  now: () => number,
): Promise<Practice> {
  const sandbox = await startSandbox({
    port: 0,
    cluster: { name: "default", fleet: [...atLeastTwo(wanted), ...mixed] },
    ...present({ region }),
    now,
    speed,
    timings: { task: taskMs },
    background: true,
  });
  return {
    // Files of these names are not there: no profile, no configuration.
    environment: {
      ...sandbox.environment,
      AWS_CONFIG_FILE: "aiplat-sandbox-has-no-configuration",
      AWS_SHARED_CREDENTIALS_FILE: "aiplat-sandbox-has-no-configuration",
    },
    stock: (more) => sandbox.provide(atLeastTwo(more)),
    close: () => sandbox.close(),
  };
}

/** One to run on, and one to see that there is a choice. */
function atLeastTwo(machines: readonly SandboxMachines[]): readonly SandboxMachines[] {
  return machines.map((each) => ({ ...each, count: Math.max(2, each.count) }));
}
