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
 * @throws AiplatError NotFound, AccessDenied for a gated model, Network; Interrupted.
 */
export async function readHubConfig({ env, signal }: Pick<Context, "env" | "signal">, name: string): Promise<string> {
  const { HF_ENDPOINT: endpoint = "https://huggingface.co", HF_TOKEN: token = "" } = env;
  const url = `${endpoint.replace(/\/+$/, "")}/${name}/resolve/main/config.json`;
  if (!URL.canParse(url)) throw new AiplatError("Usage", `HF_ENDPOINT is no URL: ${endpoint}`);
  const { host } = new URL(url);
  try {
    const answer = await fetch(url, {
      headers: token === "" ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (answer.ok) return await answerText(answer);
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

function refusalOf(status: number, name: string, host: string, hasToken: boolean): AiplatError {
  if (status === 404)
    return new AiplatError("NotFound", `${host} has no model ${name} with a config.json on its main branch`);
  if (status === 401 || status === 403)
    return new AiplatError(
      "AccessDenied",
      `${host} gives ${name} to nobody ${hasToken ? "with this HF_TOKEN" : "without HF_TOKEN"}: it is gated, or not there`,
      { hint: `Accept the model's terms at https://${host}/${name}, and set HF_TOKEN to a token that reads it.` },
    );
  return new AiplatError("Network", `${host} answered HTTP ${status} for ${name}`);
}
