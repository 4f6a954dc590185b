import { isRaw } from "../core/base/merge.ts";
import { parseJson } from "../core/base/json.ts";
import { answerText } from "../http/answer-text.ts";

/**
 * A token for nobody in particular, from where the registry's challenge says; undefined where it gives none.
 * https://distribution.github.io/distribution/spec/auth/token/
 */
export async function askForToken(challenge: string, signal: AbortSignal): Promise<string | undefined> {
  const { realm, service, scope } = readChallenge(challenge);
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  if (scope !== undefined) url.searchParams.set("scope", scope);
  const answer = await fetch(url, { signal });
  if (!answer.ok) return undefined;
  const given = parseJson(await answerText(answer));
  const text = isRaw(given) ? (given["token"] ?? given["access_token"]) : undefined;
  // It becomes a header.
  return typeof text === "string" && /^[ -~]+$/.test(text) ? text : undefined;
}

/** The parameters of `Bearer realm="...",service="...",scope="..."`. */
function readChallenge(challenge: string): Readonly<Record<string, string | undefined>> {
  if (!/^bearer /i.test(challenge)) return {};
  return Object.fromEntries(
    [...challenge.matchAll(/([a-z]+)="([^"]*)"/gi)].map(([, name, value]) => [name!.toLowerCase(), value!]),
  );
}
