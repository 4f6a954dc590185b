import { within } from "../clock.ts";
import type { Context } from "../context.ts";
import type { ImageReference } from "../core/catalog/container-images/image-reference.ts";
import { architecturesOf, isIndex, manifestTypes, type ImageState } from "../core/doctor/observed-image.ts";
import { AiplatError, Interrupted } from "../errors.ts";
import type { RegistryPort } from "../ports.ts";
import { answerText } from "../http/answer-text.ts";
import { causeOf } from "../http/cause-of.ts";
import { askForToken } from "./token.ts";

/** A registry that takes longer is as good as none. */
const timeoutMs = 10_000;

/**
 * Container registries other than ECR's private ones, asked without credentials as docker does.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export function createRegistry(context: Pick<Context, "signal" | "after">): RegistryPort {
  const { signal } = context;
  return {
    findImage: async (image) => {
      const { base, repository } = locate(image);
      const url = `${base}/v2/${repository}/manifests/${image.digest ?? image.tag ?? "latest"}`;
      try {
        return await findManifest(url, within(signal, timeoutMs, context));
      } catch (error) {
        if (signal.aborted) throw new Interrupted("interrupted", { cause: error });
        throw new AiplatError("Network", `${new URL(base).host} cannot be asked: ${causeOf(error, timeoutMs)}`, {
          hint: "Can this machine reach the registry? The instances must.",
          cause: error,
        });
      }
    },
  };
}

/** Where a registry's API is, and how it calls the repository. */
function locate({ registry, repository }: ImageReference): { readonly base: string; readonly repository: string } {
  // https://pkg.go.dev/github.com/distribution/reference: Docker Hub is meant where no registry
  // is named, and `library` where no owner is.
  if (registry === undefined || registry === "docker.io")
    return {
      base: "https://registry-1.docker.io",
      repository: repository.includes("/") ? repository : `library/${repository}`,
    };
  // Docker takes the loopback interface's registries without TLS.
  // https://docs.docker.com/reference/cli/dockerd/#insecure-registries
  const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+)(?::\d+)?$/.test(registry);
  return { base: `${loopback ? "http" : "https"}://${registry}`, repository };
}

async function findManifest(url: string, signal: AbortSignal): Promise<ImageState> {
  const headers = { accept: manifestTypes.join(", ") };
  const ask = (method: string, token: string | undefined) =>
    fetch(url, {
      method,
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      signal,
    });
  // HEAD: Docker Hub counts a GET as a pull.
  const first = await ask("HEAD", undefined);
  const token =
    first.status === 401 ? await askForToken(first.headers.get("www-authenticate") ?? "", signal) : undefined;
  const answer = token === undefined ? first : await ask("HEAD", token);
  if (answer.status === 401 || answer.status === 403) return { kind: "private" };
  if (answer.status !== 200 && answer.status !== 404) throw new Error(`HTTP ${answer.status}`);
  if (answer.status === 200 && !isIndex(answer.headers.get("content-type") ?? ""))
    return { kind: "found", architectures: [] };
  // The architectures of an index, or which of repository and tag there is not.
  const text = await answerText(await ask("GET", token));
  if (answer.status === 200) return { kind: "found", architectures: architecturesOf(text) };
  return { kind: /NAME_UNKNOWN/.test(text) ? "no-repository" : "no-image" };
}
