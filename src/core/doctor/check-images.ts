import { checkImageExists, checkImageOnType } from "../catalog/container-images/image-checks.ts";
import type { Architecture, InstanceType } from "../catalog/instance-types/instance-type.ts";
import { fail, ok, skip, warn, type CheckItem } from "../base/check-report.ts";
import type { Problem } from "../base/problem.ts";
import type { ImageNeed, Needs } from "../ecs/account-needs.ts";
import type { ObservedAccount } from "./observation.ts";
import type { ImageState } from "./observed-image.ts";
import { judged } from "./reading.ts";

/** Docker's words. https://github.com/opencontainers/image-spec/blob/main/image-index.md */
const dockerArchitectures: Readonly<Record<Architecture, string>> = { x86_64: "amd64", arm64: "arm64" };

/** Whether each image is in its registry, and made for the instances. */
export function checkImages(
  { images }: Needs,
  { images: states }: ObservedAccount,
  types: readonly InstanceType[],
): readonly CheckItem[] {
  return images.flatMap((need) => {
    const known = [
      ...checkImageExists(need.image),
      ...(need.accelerated ? types.flatMap((type) => checkImageOnType(need.image, type)) : []),
    ].map(toItem);
    const items = [...new Map(known.map((item) => [item.message, item])).values()];
    // What the catalogue refuses need not be looked for.
    return items.some(({ status }) => status === "FAIL") ? items : [...checkState(need, states, types), ...items];
  });
}

function toItem({ severity, code, message, hint }: Problem): CheckItem {
  return (severity === "error" ? fail : warn)(code, message, hint ?? "Use another image.");
}

function checkState(
  need: ImageNeed,
  states: ObservedAccount["images"],
  types: readonly InstanceType[],
): readonly CheckItem[] {
  const { image, containers, signsIn } = need;
  const what = `image ${image.text} (${containers.join(", ")})`;
  if (signsIn)
    return [
      skip("image", `${what} was not looked for: ECS signs in to its registry with the task's repositoryCredentials`),
    ];
  return judged("image", what, states.get(image.text)!, (state) => [judgeState(need, what, state, types)]);
}

function judgeState({ image }: ImageNeed, what: string, state: ImageState, types: readonly InstanceType[]): CheckItem {
  const { repository, tag = "latest", digest, registry = "Docker Hub" } = image;
  const check = "image";
  switch (state.kind) {
    case "no-repository":
      return fail(
        check,
        `${what} cannot be pulled: ${registry} has no repository ${repository}`,
        "Push it there, or name another.",
      );
    case "no-image":
      return fail(
        check,
        `${what} cannot be pulled: ` +
          `repository ${repository} has no ${digest === undefined ? `tag ${tag}` : `digest ${digest}`}`,
        "Push it, or name one that is there.",
      );
    case "cached-on-pull":
      return skip(check, `${what} is not cached yet: the first pull gets it from ${state.upstream}`);
    case "private":
      return skip(
        check,
        `${what} is private or does not exist: ${registry} tells only who signs in`,
        "ECS needs repositoryCredentials for a private registry; see that docker pull works.",
      );
    case "found": {
      const unserved =
        state.architectures.length === 0
          ? undefined
          : types.find(({ architecture }) => !state.architectures.includes(dockerArchitectures[architecture]));
      if (unserved === undefined) return ok(check, `${what} is there`);
      return fail(
        "image-architecture",
        `${what} is made for ${state.architectures.join(", ")}; ${unserved.instanceType} is ${unserved.architecture}`,
        `Build it for ${dockerArchitectures[unserved.architecture]} (docker buildx build ` +
          `--platform linux/${dockerArchitectures[unserved.architecture]}).`,
      );
    }
  }
}
