import type { HistoricAmi } from "../core/catalog/machine-images/ami-history.ts";
import type { View } from "./print.ts";
import type { Column } from "./table.ts";

export interface AmiHistoryListing {
  readonly amis: readonly HistoricAmi[];
  readonly skipped: readonly { readonly region: string; readonly reason: string }[];
}

const columns: readonly (Column & { readonly of: (ami: HistoricAmi) => string })[] = [
  { title: "REGION", of: ({ region }) => region },
  { title: "RELEASED", of: ({ released }) => released ?? "" },
  { title: "IMAGE", of: ({ imageId }) => imageId, mark: (text, style) => style.bold(text) },
  { title: "VERSION", of: ({ imageVersion, releaseVersion }) => releaseVersion ?? imageVersion ?? "" },
  { title: "AGENT", of: ({ agentVersion }) => agentVersion ?? "" },
  { title: "CURRENT", of: ({ current }) => (current ? "current" : ""), mark: (text, style) => style.green(text) },
  { title: "PARAMETER", of: ({ parameter }) => parameter },
];

/** A row an image, in the order given. */
export function amiHistoryView({ amis, skipped }: AmiHistoryListing): View {
  return {
    kind: "AmiHistory",
    document: { items: amis, ...(skipped.length === 0 ? {} : { skipped }) },
    table: { columns, rows: amis.map((ami) => columns.map(({ of }) => of(ami))) },
  };
}
