import { within } from "../clock.ts";
import type { Context } from "../context.ts";
import { AiplatError, Interrupted } from "../errors.ts";
import { answerText } from "../http/answer-text.ts";
import { causeOf } from "../http/cause-of.ts";

/** A hub that takes longer is as good as none. */
const timeoutMs = 10_000;

/**
 * The text of a model's config.json on Hugging Face, of its main branch. `HF_ENDPOINT` names another hub and `HF_TOKEN`
 * who asks, as for its own tools. https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 *
 * @param name `ORG/NAME`.
 * @throws AiplatError Usage for variables that say neither, NotFound, AccessDenied for a gated model, Network;
 *   Interrupted.
 */
export async function readHubConfig(context: HubContext, name: string): Promise<string> {
  const text = await readHubFile(context, name, "config.json");
  if (text !== undefined) return text;
  const { host } = new URL(endpointOf(context.env));
  throw new AiplatError("NotFound", `${host} has no model ${name} with a config.json on its main branch`);
}

type HubContext = Pick<Context, "env" | "signal" | "after">;

/** The text of a file of a model's main branch; undefined where there is none. Throws as readHubConfig. */
export async function readHubFile(context: HubContext, name: string, file: string): Promise<string | undefined> {
  const { env, signal } = context;
  const endpoint = endpointOf(env);
  const token = tokenOf(env);
  const url = `${endpoint}/${name}/resolve/main/${file}`;
  const { host } = new URL(url);
  try {
    const answer = await fetch(url, {
      headers: token === "" ? {} : { authorization: `Bearer ${token}` },
      signal: within(signal, timeoutMs, context),
    });
    if (answer.ok) return await answerText(answer);
    if (answer.status === 404) return undefined;
    throw refusalOf(answer.status, name, host, token !== "");
  } catch (error) {
    if (signal.aborted) throw new Interrupted("interrupted", { cause: error });
    if (error instanceof AiplatError) throw error;
    throw new AiplatError("Network", `${host} cannot be asked for ${name}: ${causeOf(error, timeoutMs)}`, {
      hint: "Give the model's config.json as a file, or a name that is built in (aiplat instances fit lists them).",
      cause: error,
    });
  }
}

/** Without the slash at its end; a variable that is empty says nothing. */
function endpointOf({ HF_ENDPOINT: said = "" }: Context["env"]): string {
  const endpoint = said === "" ? "https://huggingface.co" : said.replace(/\/+$/, "");
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
    throw new AiplatError("Usage", `HF_ENDPOINT is no URL of a hub: ${said}`);
  const { username, password } = new URL(endpoint);
  if (username !== "" || password !== "")
    throw new AiplatError("Usage", "HF_ENDPOINT has a user or a password in it, and HF_TOKEN is what says who asks");
  return endpoint;
}

/** Without the line's end that files of secrets have. What is none is not repeated: part of it may be one. */
function tokenOf({ HF_TOKEN: said = "" }: Context["env"]): string {
  const token = said.trim();
  if (/^[!-~]*$/.test(token)) return token;
  throw new AiplatError("Usage", "HF_TOKEN is no token: it has spaces in it, or characters beyond ASCII");
}

function refusalOf(status: number, name: string, host: string, hasToken: boolean): AiplatError {
  if (status === 401 || status === 403)
    return new AiplatError(
      "AccessDenied",
      `${host} gives ${name} to nobody ${hasToken ? "with this HF_TOKEN" : "without HF_TOKEN"}: it is gated, or not there${hasToken ? ", or the token is not valid" : ""}`,
      { hint: `Accept the model's terms at https://${host}/${name}, and set HF_TOKEN to a token that reads it.` },
    );
  return new AiplatError("Network", `${host} answered HTTP ${status} for ${name}`);
}
