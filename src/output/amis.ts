import type { Ami } from "../core/catalog/machine-images/ami.ts";
import { harmlessLine, toJson } from "./harmless.ts";
import type { View } from "./print.ts";
import type { Column, Table } from "./table.ts";

export interface AmiListing {
  readonly amis: readonly Ami[];
  /** Whether the user asked for more than one region: the shape of the output must not hang on how many answered. */
  readonly severalRegions: boolean;
  readonly skipped: readonly { readonly region: string; readonly reason: string }[];
}

/** What `ami latest` prints: the ids, for scripts. */
export function latestAmiView(listing: AmiListing): View {
  const { amis, severalRegions } = listing;
  const lines = amis.map(({ region, imageId }) => `${severalRegions ? `${region}\t` : ""}${imageId}\n`).join("");
  return {
    kind: "AmiList",
    document: documentOf(listing),
    table: amiTable(amis),
    text: () => lines,
    piped: lines,
    env: Object.fromEntries(
      amis.map(({ region, imageId }) => [
        severalRegions ? `AIPLAT_IMAGE_ID_${region.toUpperCase().replaceAll("-", "_")}` : "AIPLAT_IMAGE_ID",
        imageId,
      ]),
    ),
    github: githubOutput(listing),
  };
}

/** What `ami list` prints: a row a family and region. */
export function amiListView(listing: AmiListing): View {
  return { kind: "AmiList", document: documentOf(listing), table: amiTable(listing.amis) };
}

function documentOf({ amis, skipped }: AmiListing): Readonly<Record<string, unknown>> {
  return { items: amis, ...(skipped.length === 0 ? {} : { skipped }) };
}

const columns: readonly (Column & { readonly of: (ami: Ami) => string })[] = [
  { title: "REGION", of: ({ region }) => region },
  {
    title: "ORCHESTRATOR",
    of: ({ orchestrator, kubernetesVersion }) =>
      kubernetesVersion === undefined ? orchestrator : `${orchestrator} ${kubernetesVersion}`,
  },
  { title: "OS", of: buildOf },
  { title: "ACCELERATOR", of: ({ accelerator }) => accelerator },
  { title: "ARCHITECTURE", of: ({ architecture }) => architecture },
  { title: "IMAGE", of: ({ imageId }) => imageId, mark: (text, style) => style.bold(text) },
  { title: "VERSION", of: ({ imageVersion, releaseVersion }) => imageVersion ?? releaseVersion ?? "" },
  { title: "ENDED", of: ({ retiredOn }) => retiredOn ?? "", mark: (text, style) => style.yellow(text) },
  { title: "PARAMETER", of: ({ parameter }) => parameter },
];

/** `bottlerocket kernel-6.12 fips (preview)`: the operating system, and which of its builds. */
function buildOf({ os, kernel, fips, preview }: Ami): string {
  const marks = [kernel === undefined ? "" : `kernel-${kernel}`, fips ? "fips" : "", preview ? "(preview)" : ""];
  return [os, ...marks.filter((mark) => mark !== "")].join(" ");
}

function amiTable(amis: readonly Ami[]): Table {
  return { columns, rows: amis.map((ami) => columns.map(({ of }) => of(ami))) };
}

/** Lines for $GITHUB_OUTPUT; with several regions image_id is a JSON map, for fromJSON(). */
function githubOutput({ amis, severalRegions }: AmiListing): string {
  if (severalRegions)
    return `image_id=${toJson(Object.fromEntries(amis.map(({ region, imageId }) => [region, imageId])))}\n`;
  return amis
    .map(({ imageId, imageName, imageVersion, releaseVersion }) => {
      const version = imageVersion ?? releaseVersion;
      const lines = Object.entries({ image_id: imageId, image_name: imageName, image_version: version });
      return lines.map(([name, value]) => (value === undefined ? "" : `${name}=${harmlessLine(value)}\n`)).join("");
    })
    .join("");
}
