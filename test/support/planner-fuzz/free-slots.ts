/** How many replicas a cluster truly has room for, counted without aiplat. */
import { sizeOf, types, type Wish } from "./drawn.ts";
import type { FuzzWorld } from "./fuzz-world.ts";
import { sum, type RefereeMachine } from "./ecs-referee.ts";

export interface Size {
  readonly cpu: number;
  readonly memoryMiB: number;
}

/** The machines that the user and ECS let a replica on, however full they are. */
export function takers(
  world: FuzzWorld,
  wish: Wish,
  type: string,
  impaired: (id: string) => boolean,
): readonly RefereeMachine[] {
  return world.referee.machines.filter(
    (machine) =>
      machine.type === type &&
      machine.active &&
      machine.connected &&
      !impaired(machine.id) &&
      (wish.provider === undefined || machine.provider !== undefined) &&
      (!wish.zone || machine.attributes["ecs.availability-zone"] === "us-east-1a") &&
      (!wish.stack || machine.attributes["stack"] === "prod"),
  );
}

/**
 * How many replicas have CPU, memory, ports and interfaces on the machine, devices left aside.
 *
 * @param apart The task group of which an instance takes one task, where the user asks for distinct instances: of slots
 * each has a group of its own unless the user gives one, which awsvpc mode does not take.
 */
export function roomFor(
  world: FuzzWorld,
  wish: Wish,
  { cpu, memoryMiB }: Size,
  machine: RefereeMachine,
  apart = wish.distinct && wish.mode !== "awsvpc" ? wish.group : undefined,
): number {
  const there = world.referee.on(machine);
  const running = there.filter(({ state }) => state === "running");
  const web = wish.webPort && wish.mode !== "awsvpc";
  if (web && running.some(({ tcp }) => tcp.includes(8080))) return 0;
  if (apart !== undefined && running.some(({ group }) => group === apart)) return 0;
  const one = web || apart !== undefined;
  const interfaces =
    wish.mode === "awsvpc" ? machine.interfaces - there.filter(({ mode }) => mode === "awsvpc").length : Infinity;
  const byCpu = cpu === 0 ? Infinity : Math.floor((machine.cpu - sum(running.map((task) => task.cpu))) / cpu);
  const byMemory = Math.floor((machine.memoryMiB - sum(running.map((task) => task.memoryMiB))) / memoryMiB);
  return Math.max(0, Math.min(one ? 1 : Infinity, interfaces, byCpu, byMemory));
}

/** Whether a new replica may have the device: nobody holds it, or the agent makes it wait for one that is stopping. */
export function isFree(world: FuzzWorld, wish: Wish, machine: RefereeMachine, device: number): boolean {
  const port = world.base + device;
  const locks = wish.mode !== "awsvpc";
  return world.referee
    .on(machine)
    .every(({ holds, udp, state }) =>
      locks && udp.includes(port) ? state === "stopping" && machine.holdsBack : !holds.includes(device),
    );
}

/** How many slots that share no device are free, by the places where a slot may begin. */
export function slotsIn(type: string, size: number, free: (device: number) => boolean, packed = false): number {
  const { neuron, rows } = types[type]!;
  let count = 0;
  for (let first = 0; first + size <= neuron; first++) {
    if ((packed || rows !== undefined) && first % size !== 0) continue;
    if (!Array.from({ length: size }, (_, index) => first + index).every(free)) continue;
    count++;
    first += size - 1;
  }
  return count;
}

/** How many replicas have a slot and room. */
export function placesFor(
  world: FuzzWorld,
  wish: Wish,
  size: (type: string) => Size,
  impaired: (id: string) => boolean,
  packed = false,
): number {
  return sum(
    wish.types.flatMap((type) =>
      takers(world, wish, type, impaired).map((machine) =>
        Math.min(
          roomFor(world, wish, size(type), machine),
          slotsIn(type, sizeOf(wish), (device) => isFree(world, wish, machine, device), packed),
        ),
      ),
    ),
  );
}
