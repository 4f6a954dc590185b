/**
 * Limits of the API by https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ and
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
 */
import type { Tag } from "../../core/ecs-api/api.ts";
import { invalidParameter } from "../wire/aws-error.ts";

/** The names and ARNs of a describe call: one at least, and not too many. */
export function requireItems(items: readonly string[] | undefined, what: string, most: number): readonly string[] {
  if (items === undefined || items.length === 0) throw invalidParameter(`${what} cannot be empty.`);
  if (items.length > most) throw invalidParameter(`${what} cannot have more than ${most} elements.`);
  return items;
}

export function atMost(text: string | undefined, most: number, what: string): void {
  if ((text?.length ?? 0) > most) throw invalidParameter(`${what} longer than ${most}.`);
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html */
export function checkTags(tags: readonly { readonly key?: string; readonly value?: string }[] = []): readonly Tag[] {
  if (tags.length > 50) throw invalidParameter("Too many tags: the limit is 50.");
  for (const { key } of tags) {
    if (key === undefined || key === "" || key.length > 128)
      throw invalidParameter("Tag keys must have 1 to 128 characters.");
    if (/^aws:/i.test(key)) throw invalidParameter("Tag keys cannot start with aws:.");
  }
  return [...new Map(tags.map(({ key, value = "" }) => [key!, { key: key!, value }])).values()];
}
