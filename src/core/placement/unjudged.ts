import { isShare } from "../devices/gpu-need.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { uncountedInterfaces } from "./check-interfaces.ts";
import type { Reason } from "./checks.ts";
import type { InstanceState } from "./instance-state.ts";

/** What decides whether the task fits and could not be judged: only ECS knows. */
export function unjudgedOf(requirements: Requirements, instanceState: InstanceState): readonly Reason[] {
  const interfaces = uncountedInterfaces(requirements, instanceState);
  const unknown = isShare(requirements.gpus) && instanceState.gpus.some(({ totalMiB }) => totalMiB === undefined);
  return [
    ...(interfaces === undefined ? [] : [{ code: "ENI", message: interfaces } as const]),
    ...(unknown
      ? [
          {
            code: "GPU",
            message: `the memory of its GPUs is not counted: the catalogue does not know ${instanceState.instanceType ?? "its type"}`,
          } as const,
        ]
      : []),
  ];
}
