/** What has to change so that a group launches its next machines from another image. */

/** A version of a launch template, as far as it counts here. */
export interface RollTemplateVersion {
  readonly number: number;
  readonly isDefault: boolean;
  readonly imageId?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface RollTemplate {
  /** The version that the group has, as it names it: a number, `$Latest` or `$Default`. */
  readonly named: string;
  readonly used: RollTemplateVersion;
  readonly latest: RollTemplateVersion;
}

export interface TemplateChange {
  /** Undefined where it is there already. */
  readonly create?: { readonly from: number };
  /** The version with the image, where it is there. */
  readonly version?: number;
  /** How the group comes to it; undefined where it does so by itself. */
  readonly adopt?: "group" | "default";
}

/** The prefix of an image that EC2 looks up in Systems Manager at each launch. */
export const resolvedBySsm = "resolve:ssm:";

/** Undefined where the group launches from that image already. */
export function planTemplate({ named, used, latest }: RollTemplate, imageId: string): TemplateChange | undefined {
  if (used.imageId === imageId || used.imageId?.startsWith(resolvedBySsm) === true) return undefined;
  // What an earlier roll made and did not get to use.
  const isThere = latest.imageId === imageId && isSameButImage(latest, used);
  return {
    ...(isThere ? { version: latest.number } : { create: { from: used.number } }),
    ...(named === "$Latest" ? {} : { adopt: named === "$Default" ? "default" : "group" }),
  };
}

function isSameButImage(one: RollTemplateVersion, other: RollTemplateVersion): boolean {
  return text(one.data) === text(other.data);
}

/** The data in one order, without the image. */
function text(data: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(data, (key, value: unknown) => {
    if (key === "ImageId") return undefined;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  });
}
