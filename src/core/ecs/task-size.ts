/**
 * Task-level CPU and memory, which RegisterTaskDefinition takes as text with or without a unit and keeps as a number.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */

/** `1024`, `1 vCPU` or `.5 vcpu` in CPU units; undefined for anything else. */
export function parseTaskCpu(text: string): number | undefined {
  return parseSize(text, /^(\d*\.?\d+)\s*(vcpu)?$/i);
}

/** `2048` or `2 GB` in MiB; undefined for anything else. */
export function parseTaskMemory(text: string): number | undefined {
  return parseSize(text, /^(\d*\.?\d+)\s*(gb)?$/i);
}

function parseSize(text: string, pattern: RegExp): number | undefined {
  const match = pattern.exec(text.trim());
  return match === null ? undefined : Number(match[1]) * (match[2] === undefined ? 1 : 1024);
}
