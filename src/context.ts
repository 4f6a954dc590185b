import type { CloudFormationPort } from "./capacity-ports.ts";
import type { MachineImagesPort } from "./machine-image-ports.ts";
import type {
  AutoScalingPort,
  EcrPort,
  Ec2Port,
  Ec2ReadPort,
  EcsPort,
  EksPort,
  IamPort,
  LoadBalancingPort,
  LogGroupsPort,
  LogsPort,
  QuotasPort,
  SandboxPort,
  SecretsPort,
  SsmPort,
  StsPort,
} from "./ports.ts";

/** One of the standard streams, as far as aiplat uses it. */
export interface OutputStream {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
}

/** A standard stream whose `write` lets nothing through that a terminal or a log would act upon. */
export interface Output extends OutputStream {
  /** For what has been made harmless already, and for what was asked for as it is. */
  writeAsIs(text: string): void;
}

export const formats = ["text", "json", "yaml", "table", "markdown", "github", "env", "html"] as const;
export type Format = (typeof formats)[number];

/** The options every command takes. */
export interface GlobalOptions {
  /** As given, in order; only the `ami` commands take more than one. */
  readonly regions: readonly string[];
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly sandbox: boolean;
  readonly format: Format;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly debug: boolean;
  readonly input: boolean;
  readonly yes: boolean;
}

/** AWS, loaded at the first call: an offline command never pays for the SDK. */
export interface Aws {
  /**
   * The region that flags, environment and profile say, in the AWS CLI's order.
   * Throws NoRegion (exit 6) where none does.
   */
  region(): Promise<string>;
  /** What says the region, e.g. `AWS_REGION`. */
  regionSource(): Promise<string>;
  ecs(): Promise<EcsPort>;
  /** ECS for a wait: its calls end after so long at the latest. */
  ecsWithin(milliseconds: number): Promise<EcsPort>;
  /** ECS for what a command reads back, and takes back: its calls outlast an interrupt by some seconds. */
  ecsAfterwards(): Promise<EcsPort>;
  ssm(region: string): Promise<SsmPort>;
  /** In the command's region unless another is named. */
  logs(region?: string): Promise<LogsPort & LogGroupsPort>;
  eks(): Promise<EksPort>;
  ec2(): Promise<Ec2Port>;
  ec2Read(): Promise<Ec2ReadPort>;
  autoScaling(): Promise<AutoScalingPort>;
  cloudFormation(): Promise<CloudFormationPort>;
  machineImages(): Promise<MachineImagesPort>;
  loadBalancing(): Promise<LoadBalancingPort>;
  sts(): Promise<StsPort>;
  iam(): Promise<IamPort>;
  ecr(region: string): Promise<EcrPort>;
  secrets(region: string): Promise<SecretsPort>;
  quotas(): Promise<QuotasPort>;
  sandboxEndpoint(): Promise<SandboxPort>;
}

/** So many machines of a type. */
export interface MachineCount {
  readonly instanceType: string;
  readonly count: number;
  /** Attributes besides those of the type. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Everything outside a command: tests hand in their own. */
export interface Context {
  readonly stdout: Output;
  readonly stderr: Output;
  /** All of standard input; undefined where it is more than so many bytes: no more than that is read. */
  readStdin(mostBytes: number): Promise<string | undefined>;
  readonly stdinIsTTY: boolean;
  /** Asks on the terminal; true for yes. */
  ask(question: string): Promise<boolean>;
  /**
   * Runs another program on this one's standard streams: signals are its own until it ends. Its exit code; 128 and the
   * signal's number where a signal ended it. Rejects with ENOENT or EACCES where it cannot be started.
   */
  runInForeground(command: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<number>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Node's version, as 20.19.0. */
  readonly nodeVersion: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, rejects with Interrupted when the signal aborts. */
  sleep(ms: number): Promise<void>;
  /** Runs this so much later, where the process still lives: it need not wait for it. */
  after(ms: number, run: () => void): void;
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal;
  readonly options: GlobalOptions;
  readonly aws: Aws;
  /** With --sandbox: sees to it that its clusters have so many instances of these types. */
  readonly stockSandbox?: (machines: readonly MachineCount[]) => void;
}

/** Time and interruption, as operations need them: a test plays its own clock. */
export type Runtime = Pick<Context, "now" | "sleep" | "signal">;
