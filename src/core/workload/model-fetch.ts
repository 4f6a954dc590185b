/** The container that fetches a model from S3 before the workload starts. */
import { awsCliImage } from "../catalog/container-images/aws-cli.ts";
import { besideDefaults } from "./resolve-containers.ts";
import type { InitContainer, ResolvedWorkload } from "./resolved.ts";
import { volumeHolding } from "./volumes.ts";

/** What it is called: no container of the file's has this name beside it. */
export const modelFetchName = "fetch-model";

/**
 * Fetches what lies below the URI $1 into the directory $2. Replicas that share the directory do it one after the other:
 * `sync` then finds each file as it is in S3, and the first alone downloads. Who fetches says every five seconds that it
 * lives; a lock that says nothing for two minutes is its that died. Should two take it over at once, both download, and
 * nothing is lost: the CLI puts a file in its place when it is whole. Only what every shell and coreutils have is used.
 */
const script = `set -u
uri=$1 dir=$2 lock=$2/.aiplat-fetch
mkdir -p "$dir" || exit 1
seen= same=0 refused=0
until mkdir "$lock" 2>/dev/null; do
  if [ ! -d "$lock" ]; then
    refused=$((refused + 1))
    if [ "$refused" -ge 3 ]; then echo "cannot write into $dir" >&2; exit 1; fi
  fi
  now=$(cat "$lock/beat" 2>/dev/null)
  if [ "$now" = "$seen" ]; then same=$((same + 1)); else seen=$now same=0; fi
  if [ "$same" -ge 24 ]; then mv "$lock" "$lock.$$" 2>/dev/null && rm -rf "$lock.$$"; same=0; fi
  sleep 5
done
(n=0; while [ -d "$lock" ]; do n=$((n + 1)); echo "$n" > "$lock/beat"; sleep 5; done) 2>/dev/null &
beat=$!
trap 'kill "$beat" "\${fetch:-$beat}" 2>/dev/null; wait "$beat" 2>/dev/null; rm -rf "$lock"' EXIT
trap 'exit 143' TERM INT
aws s3 sync --no-progress "$uri" "$dir" &
fetch=$!
wait "$fetch" || { code=$?; echo "aws s3 sync $uri $dir exited with $code" >&2; exit "$code"; }
for file in "$dir"/*; do if [ -e "$file" ]; then exit 0; fi; done
echo "nothing lies below $uri" >&2
exit 1`;

/** The container, where the file says a path to fetch the model to. */
export function modelFetchOf({
  model,
  volumes,
}: Pick<ResolvedWorkload, "model" | "volumes">): InitContainer | undefined {
  if (model?.path === undefined) return undefined;
  const volume = volumeHolding(volumes, model.path);
  return {
    name: modelFetchName,
    image: model.image ?? awsCliImage,
    entryPoint: ["/bin/sh", "-c"],
    command: [script, modelFetchName, model.uri, model.path],
    environment: {},
    secrets: {},
    ...besideDefaults,
    mounts: volume === undefined ? [] : [volume.path],
  };
}
