import { shellWord, type View } from "./print.ts";

/** A running sandbox, as its command says it. */
export interface SandboxDescription {
  readonly endpoint: string;
  readonly region: string;
  readonly cluster: string;
  readonly instances: readonly { readonly instanceType: string; readonly count: number }[];
  readonly environment: Readonly<Record<string, string>>;
}

/** As text it is shell code: the environment to export, the rest as comments. */
export function sandboxView(sandbox: SandboxDescription): View {
  const { endpoint, region, cluster, instances, environment } = sandbox;
  const fleet =
    instances.length === 0
      ? "no instances"
      : instances.map(({ instanceType, count }) => `${count} ${instanceType}`).join(", ");
  const lines = [
    `# A sandbox of ECS at ${endpoint}: region ${region}, cluster ${cluster} with ${fleet}.`,
    "# In another terminal:",
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    "# Ctrl-C ends it; then nothing of it is left.",
  ];
  const text = `${lines.join("\n")}\n`;
  return { kind: "Sandbox", document: { ...sandbox }, text: () => text, piped: text, env: environment };
}
