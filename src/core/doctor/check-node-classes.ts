/** What Karpenter's EC2NodeClasses say of their images. */
import { fail, ok, skip, warn, type CheckItem } from "../base/check-report.ts";

/** https://karpenter.sh/docs/concepts/nodeclasses/#specamiselectorterms */
export interface NodeClassImages {
  readonly name: string;
  readonly terms: readonly { readonly alias?: string; readonly id?: string }[];
  /** Those that Karpenter has found, by id. */
  readonly found: readonly string[];
}

/**
 * The newest versions that aliases can name, as `al2023` and `v20260115`, `bottlerocket` and `1.55.0`; of those that
 * are not known there is none.
 */
export type NewestAliases = ReadonlyMap<string, string>;

/** Nodes drift: https://karpenter.sh/docs/concepts/disruption/#drift */
const drift = "Karpenter then replaces the nodes by drift, within the NodePool's disruption budgets";

/** @returns For each alias one; images by id are judged as any other. */
export function checkNodeClass({ terms }: NodeClassImages, newest: NewestAliases): readonly CheckItem[] {
  const aliases = terms.flatMap(({ alias }) => alias ?? []);
  return aliases.map((alias) => {
    const [family = "", version = ""] = alias.split("@");
    if (family === "al2")
      return fail(
        "ami-retired",
        `${alias}: EKS has published no images of AL2 since 2025-11-26`,
        `Set the alias to al2023@${newest.get("al2023") ?? "latest"}: ${drift}.`,
      );
    if (version === "latest")
      return ok("ami-age", `${alias} follows the newest image: nodes are replaced by drift when AWS publishes one`);
    const current = newest.get(family);
    if (current === undefined) return skip("ami-age", `${alias}: the newest image of ${family} is not known here`);
    if (sameVersion(version, current)) return ok("ami-age", `${alias} is the newest`);
    return fail(
      "ami-age",
      `${alias} is pinned, and the newest is ${family}@${current}`,
      `Set the alias to ${family}@${current}, or to ${family}@latest where nodes may change by themselves: ${drift}.`,
    );
  });
}

/** `v1.55.0` and `1.55.0-abcdef12` are one release of Bottlerocket. */
function sameVersion(one: string, other: string): boolean {
  const plain = (version: string) => version.replace(/^v/, "").split("-", 1)[0];
  return plain(one) === plain(other);
}

/** That a class chooses its images by names or tags, which say nothing of their age. */
export function checkOtherTerms({ terms, found }: NodeClassImages): readonly CheckItem[] {
  const others = terms.filter(({ alias, id }) => alias === undefined && id === undefined);
  return others.length === 0 || found.length > 0
    ? []
    : [
        warn(
          "ami-age",
          "it chooses images by name, tags or a parameter, and has found none",
          "kubectl describe ec2nodeclass tells why; nodes cannot be started.",
        ),
      ];
}
