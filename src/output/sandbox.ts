import { shellWord, type View } from "./print.ts";

/** A running sandbox, as its command says it. */
export interface SandboxDescription {
  readonly endpoint: string;
  readonly region: string;
  readonly cluster: string;
  readonly instances: readonly { readonly instanceType: string; readonly count: number }[];
  /** Those that it started with, where there are any. */
  readonly capacityProviders?: readonly {
    readonly name: string;
    readonly instanceType: string;
    readonly min: number;
    readonly max: number;
  }[];
  readonly environment: Readonly<Record<string, string>>;
}

/** As text it is shell code: the environment to export, the rest as comments. */
export function sandboxView(sandbox: SandboxDescription): View {
  const { endpoint, region, cluster, instances, capacityProviders = [], environment } = sandbox;
  const providers = capacityProviders.map(
    ({ name, instanceType, min, max }) => `# Capacity provider ${name}: ${min} to ${max} ${instanceType}.`,
  );
  const fleet =
    instances.length === 0
      ? "no instances"
      : instances.map(({ instanceType, count }) => `${count} ${instanceType}`).join(", ");
  const lines = [
    `# A sandbox of ECS at ${endpoint}: region ${region}, cluster ${cluster} with ${fleet}.`,
    ...providers,
    "# In another terminal:",
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    "# Ctrl-C ends it; then nothing of it is left.",
  ];
  const text = `${lines.join("\n")}\n`;
  return { kind: "Sandbox", document: { ...sandbox }, text: () => text, piped: text, env: environment };
}
