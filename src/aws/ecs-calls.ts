import { present } from "../core/base/present.ts";
import { AiplatError } from "../errors.ts";

/** Names the cluster, of which ECS says no more than "Cluster not found." */
export async function inCluster<Answer>(cluster: string, answer: Promise<Answer>): Promise<Answer> {
  return answer.catch((error: unknown) => {
    if (!(error instanceof AiplatError) || error.details["awsCode"] !== "ClusterNotFoundException") throw error;
    const { code, message, hint, details } = error;
    throw new AiplatError(code, message.replace("no such cluster", `no cluster ${cluster}`), {
      ...present({ hint }),
      details: { ...details, cluster },
      cause: error.cause,
    });
  });
}

/** The items of every page of a list; `onPage` hears of each as it comes. */
export async function everyPage<Item>(
  ask: (nextToken: {
    readonly nextToken?: string;
  }) => Promise<{ readonly items: readonly Item[] | undefined; readonly nextToken: string | undefined }>,
  onPage?: (items: readonly Item[]) => void,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  const seen = new Set<string>();
  let nextToken: string | undefined;
  do {
    const { items = [], ...page } = await ask(nextToken === undefined ? {} : { nextToken });
    all.push(...items);
    onPage?.(items);
    nextToken = page.nextToken;
    if (nextToken !== undefined && seen.has(nextToken))
      throw new AiplatError("AwsError", "AWS's list does not end: it answers the same nextToken again", {
        hint: "Try again in a minute.",
      });
    seen.add(nextToken ?? "");
  } while (nextToken !== undefined && nextToken !== "");
  return all;
}
