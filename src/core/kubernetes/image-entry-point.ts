import { warning, type Path, type Problem } from "../base/problem.ts";
import { parseImageReference } from "../catalog/container-images/image-reference.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";

/**
 * What a controller has to be let in for that starts containers by a program of its own: where the manifest has
 * arguments alone, it reads what they are for from the image, and a private registry refuses who has no role.
 *
 * @param sidecars Whether it does so with sidecars too.
 */
export function entryPointWarnings(
  { image, entryPoint, sidecars }: ResolvedWorkload,
  controller: string,
  { sidecars: withSidecars }: { readonly sidecars: boolean },
): readonly Problem[] {
  const asked: readonly (readonly [Path, string])[] = [
    ...(entryPoint === undefined ? [[["entryPoint"], image] as const] : []),
    ...(withSidecars
      ? sidecars.flatMap((each, index) =>
          each.entryPoint === undefined ? [[["sidecars", index], each.image] as const] : [],
        )
      : []),
  ];
  return asked.flatMap(([path, name]) =>
    parseImageReference(name).ecr === undefined
      ? []
      : [
          warning(
            "entry-point-of-image",
            path,
            `${controller} asks the registry what ${name} starts, since no entryPoint says it, and private ECR refuses it without a role`,
            "Write entryPoint, or give the controller's account a role that may pull from ECR.",
          ),
        ],
  );
}
