import { problem, type Path, type Problem } from "../base/problem.ts";
import type { Manifest } from "./manifest.ts";

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export const dnsLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
export const dnsSubdomain = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/**
 * Names that no object of Kubernetes can have: raw fields may have brought them. Files are named by them too.
 *
 * @param where The raw section, for the place.
 */
export function manifestNameProblems({ kind, metadata }: Manifest, where: Path): readonly Problem[] {
  const { name, namespace } = metadata as { readonly name: unknown; readonly namespace?: unknown };
  const refuse = (key: string, value: unknown, wants: string) =>
    problem(
      "names-in-eks",
      [...where, "metadata", key],
      `the ${key} of the ${kind} is ${JSON.stringify(value)}, and Kubernetes takes ${wants}`,
      "Write lower-case letters, digits and dashes, with a letter or digit at both ends.",
    );
  return [
    ...(typeof name === "string" && dnsSubdomain.test(name)
      ? []
      : [refuse("name", name, "at most 253 lower-case letters, digits, dashes and dots")]),
    ...(namespace === undefined || (typeof namespace === "string" && dnsLabel.test(namespace))
      ? []
      : [refuse("namespace", namespace, "at most 63 lower-case letters, digits and dashes")]),
  ];
}
