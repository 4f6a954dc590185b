import { isRaw } from "./merge.ts";

/** What a file is that may be taken for another, told by the keys that it alone has. */
export type FileKind = "task-definition" | "containers" | "cloudformation" | "manifest" | "compose" | "workload";

/** What a file's value is; undefined where nothing of it says so. */
export function fileKindOf(value: unknown): FileKind | undefined {
  if (Array.isArray(value)) {
    if (value.length === 0) return undefined;
    return (["task-definition", "containers", "manifest"] as const).find((kind) =>
      value.every((each: unknown) => (kind === "containers" ? isContainer(each) : fileKindOf(each) === kind)),
    );
  }
  if (!isRaw(value)) return undefined;
  const { apiVersion, taskDefinition } = value;
  // As DescribeTaskDefinition answers it, too.
  if ("containerDefinitions" in value || (isRaw(taskDefinition) && "containerDefinitions" in taskDefinition))
    return "task-definition";
  if ("ContainerDefinitions" in value || "AWSTemplateFormatVersion" in value || isRaw(value["Resources"]))
    return "cloudformation";
  if ("accelerator" in value || isContainer(value)) return "workload";
  // A workload may say apiVersion: aiplat/v1 and its kind; metadata, spec and items it has not.
  if (typeof apiVersion === "string" && "kind" in value && ["metadata", "spec", "items"].some((key) => key in value))
    return "manifest";
  // https://github.com/compose-spec/compose-spec/blob/main/05-services.md
  return isRaw(value["services"]) ? "compose" : undefined;
}

function isContainer(value: unknown): boolean {
  return isRaw(value) && "name" in value && "image" in value;
}
