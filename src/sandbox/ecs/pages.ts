import { invalidParameter } from "../wire/aws-error.ts";

export interface PageInput {
  readonly nextToken?: string;
  readonly maxResults?: number;
}

/**
 * One page of a list in the order of its texts. The token holds the last text given, so that what comes and goes
 * between two pages neither repeats nor hides anything else.
 */
export function pageOf(
  all: readonly string[],
  { nextToken, maxResults }: PageInput,
  most = 100,
): { readonly items: readonly string[]; readonly nextToken?: string } {
  if (maxResults !== undefined && (maxResults < 1 || maxResults > most))
    throw invalidParameter(`maxResults must be between 1 and ${most}.`);
  const size = maxResults ?? most;
  const after = nextToken === undefined || nextToken === "" ? undefined : readToken(nextToken);
  const sorted = all.toSorted(compare);
  const rest = after === undefined ? sorted : sorted.filter((each) => compare(each, after) > 0);
  const items = rest.slice(0, size);
  return rest.length > size ? { items, nextToken: writeToken(items.at(-1)!) } : { items };
}

function writeToken(last: string): string {
  return Buffer.from(`after ${last}`).toString("base64url");
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString("utf8");
  if (!text.startsWith("after ")) throw invalidParameter("Invalid token specified.");
  return text.slice("after ".length);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
