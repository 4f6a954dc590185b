import type { AppliedResource } from "../operations/apply-manifests.ts";
import type { View } from "./print.ts";

/** What `eks apply` answers. */
export function appliedView(items: readonly AppliedResource[]): View {
  return {
    kind: "EksApplyResult",
    document: { items },
    table: {
      columns: [{ title: "RESOURCE" }, { title: "ACTION" }],
      rows: items.map(({ resource, action }) => [resource, action]),
    },
  };
}
