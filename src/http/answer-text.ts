/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests: registries take 4 MiB. */
const mostBytes = 4 * 1024 * 1024;

/**
 * The text of an answer: a manifest, a token, a model's config.json.
 *
 * @throws Error where it is larger than any of them: no more than that is read.
 */
export async function answerText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > mostBytes) throw new Error(`its answer is larger than ${mostBytes / 1024 / 1024} MiB`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString("utf8");
}
