/** What the agent of an instance is told by the instance's user data. */
import { parseJson } from "../../core/base/json.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html */
export interface ToldToAgent {
  readonly cluster: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly reservedMemoryMiB: number;
}

/** @param userData In Base64, as a launch template has it; undefined: none. */
export function readUserData(userData: string | undefined): ToldToAgent {
  const text = Buffer.from(userData ?? "", "base64").toString("utf8");
  return /^\s*\[settings\b/m.test(text) ? fromToml(text) : fromVariables(text);
}

/** The variables of /etc/ecs/ecs.config, however the script writes them there. */
function fromVariables(text: string): ToldToAgent {
  const variable = (name: string) => {
    const found = new RegExp(`\\b${name}=(.*)$`, "m").exec(text)?.[1] ?? "";
    // What a shell writes by echo stands in quotes, and may go on behind them.
    return /^(["']?)(\{.*\}|[^\s"'>]*)/.exec(found.replaceAll('\\"', '"'))?.[2] ?? "";
  };
  return {
    cluster: variable("ECS_CLUSTER") || "default",
    attributes: readAttributes(variable("ECS_INSTANCE_ATTRIBUTES")),
    reservedMemoryMiB: Number(variable("ECS_RESERVED_MEMORY")) || 0,
  };
}

function readAttributes(text: string): Readonly<Record<string, string>> {
  try {
    const read: unknown = parseJson(text);
    return Object.fromEntries(Object.entries(read as object).map(([name, value]) => [name, String(value)]));
  } catch {
    // The agent says so in its log and registers without.
    return {};
  }
}

/** https://bottlerocket.dev/en/os/latest/api/settings/ecs/ */
function fromToml(text: string): ToldToAgent {
  const tables = new Map<string, Map<string, string>>();
  let table = new Map<string, string>();
  for (const line of text.split("\n")) {
    const name = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    if (name !== undefined) tables.set(name.trim(), (table = new Map()));
    const [, key, value] = /^\s*"?([\w.-]+)"?\s*=\s*"?([^"]*?)"?\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) table.set(key, value);
  }
  const settings = tables.get("settings.ecs");
  return {
    cluster: settings?.get("cluster") ?? "default",
    attributes: Object.fromEntries(tables.get("settings.ecs.instance-attributes") ?? []),
    reservedMemoryMiB: Number(settings?.get("reserved-memory")) || 0,
  };
}
