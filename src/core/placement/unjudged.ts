import { isShare } from "../devices/gpu-need.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { uncountedInterfaces } from "./check-interfaces.ts";
import type { Reason } from "./checks.ts";
import type { Room } from "./room.ts";

/** What decides whether the task fits and could not be judged: only ECS knows. */
export function unjudgedOf(needs: Requirements, room: Room): readonly Reason[] {
  const interfaces = uncountedInterfaces(needs, room);
  const unknown = isShare(needs.gpus) && room.gpus.some(({ totalMiB }) => totalMiB === undefined);
  return [
    ...(interfaces === undefined ? [] : [{ code: "ENI", message: interfaces } as const]),
    ...(unknown
      ? [
          {
            code: "GPU",
            message: `the memory of its GPUs is not counted: the catalogue does not know ${room.instanceType ?? "its type"}`,
          } as const,
        ]
      : []),
  ];
}
