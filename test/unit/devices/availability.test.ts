import { describe, expect, it } from "vitest";
import {
  areAvailable,
  availabilityOf,
  isLeaving,
  mustBeExcluded,
  type Availability,
  type DeviceAvailability,
  type Newcomer,
} from "../../../src/core/devices/availability.ts";
import type { DeviceSet } from "../../../src/core/catalog/device-set.ts";
import type { RegisteredTaskDefinition, Task } from "../../../src/core/ecs-api/api.ts";
import { instanceStatesOf } from "../../../src/core/placement/instance-state.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

const lockOf = (device: number) => 28_700 + device;
const lockPorts = (devices: readonly number[]) =>
  devices.map((device) => ({ containerPort: lockOf(device), hostPort: lockOf(device), protocol: "udp" }));
const devicesOf = (devices: readonly number[]) => ({
  linuxParameters: { devices: devices.map((device) => ({ hostPath: `/dev/neuron${device}` })) },
});

/** Who is on the instance: a task of each definition, which is stopping where that is said. */
interface Holder {
  readonly definition: RegisteredTaskDefinition;
  readonly changes?: Partial<Task>;
  /** Whether the snapshot lacks the definition. */
  readonly unknown?: boolean;
}

const stopping = { desiredStatus: "STOPPED" };
const byHand = (...devices: readonly number[]) => aDefinition(`by-hand-${devices.join("-")}`, devicesOf(devices));
const locked = (...devices: readonly number[]) =>
  aDefinition(`locked-${devices.join("-")}`, { ...devicesOf(devices), portMappings: lockPorts(devices) });
const inAwsvpc = (...devices: readonly number[]) =>
  aDefinition(`awsvpc-${devices.join("-")}`, devicesOf(devices), { networkMode: "awsvpc" });
const privileged = aDefinition("agent", { privileged: true });

/** One inf2.24xlarge, of six devices, unless another type is given, as its room is made of a snapshot. */
function hostOf(
  holders: readonly Holder[],
  {
    type = "inf2.24xlarge",
    agent = "1.105.1",
    ports,
  }: { readonly type?: string | undefined; readonly agent?: string; readonly ports?: readonly number[] } = {},
) {
  // As ECS counts them: a task that is stopping has given its ports back.
  const udpPorts =
    ports ??
    holders.flatMap(({ definition, changes }) =>
      changes?.desiredStatus === "STOPPED"
        ? []
        : definition.containerDefinitions.flatMap(({ portMappings = [] }) =>
            portMappings.map(({ hostPort }) => hostPort!),
          ),
    );
  const made = anInstance("i1", type, {
    agentVersion: agent,
    remaining: { cpu: 1024, memoryMiB: 1024, tcpPorts: [], udpPorts, gpus: [] },
  });
  const { "ecs.instance-type": _type, ...untyped } = made.attributes;
  const instance = type === "" ? { ...made, attributes: untyped } : made;
  const tasks = holders.map(({ definition, changes }, index) => aTask(`t${index}`, definition, instance, changes));
  const known = holders.flatMap(({ definition, unknown = false }) => (unknown ? [] : [definition]));
  return instanceStatesOf(aSnapshot([instance], tasks, known))[0]!;
}

const wanting = (devices: DeviceSet, locks: readonly number[] = devices === "all" ? [] : devices): Newcomer => ({
  devices,
  locks: locks.map((device) => ({ device, port: lockOf(device) })),
});
/** As in awsvpc mode, or of a definition that was written by hand. */
const withoutLocks = (devices: DeviceSet) => wanting(devices, []);
const managed = aDefinition("managed", { resourceRequirements: [{ type: "NeuronDevice", value: "ALL" }] });
const asTold: Newcomer = { devices: [0], locks: [], leavesNeuronToEcs: true };
const told = ({ device, availability }: DeviceAvailability) => `${device} ${availability}`;
const holdersOf = (devices: readonly DeviceAvailability[]) =>
  devices.map(({ holders }) => holders.map(({ taskArn }) => taskArn.split("/").at(-1)));

type Room = ReturnType<typeof hostOf>;

/** What each comes to: whether the newcomer may have it, and whether it has to be kept off. */
const meaning: Readonly<Record<Exclude<Availability, "unknown">, readonly [available: boolean, excluded: boolean]>> = {
  free: [true, false],
  "kept-off-by-ecs": [false, false],
  "kept-off-by-agent": [true, false],
  "to-be-excluded": [false, true],
  absent: [false, false],
};

describe("whether a newcomer may have a device", () => {
  it.each<[what: string, room: Room, newcomer: Newcomer, availability: Exclude<Availability, "unknown">]>([
    ["nobody holds it", hostOf([]), wanting([0]), "free"],
    ["others hold other devices", hostOf([{ definition: byHand(1, 2) }]), wanting([0]), "free"],
    ["nobody holds it, and the newcomer has no lock", hostOf([]), withoutLocks([0]), "free"],
    [
      "the holder has STOPPED",
      hostOf([{ definition: byHand(0), changes: { lastStatus: "STOPPED" } }]),
      wanting([0]),
      "free",
    ],
    ["both leave the devices to ECS", hostOf([{ definition: managed }]), asTold, "kept-off-by-ecs"],
    [
      "the holder leaves them to ECS, the newcomer does not",
      hostOf([{ definition: managed }]),
      withoutLocks([0]),
      "to-be-excluded",
    ],
    [
      "the newcomer leaves them to ECS, the holder does not",
      hostOf([{ definition: byHand(0, 1, 2, 3, 4, 5) }]),
      asTold,
      "to-be-excluded",
    ],
    ["the holder locks it", hostOf([{ definition: locked(0) }]), wanting([0]), "kept-off-by-ecs"],
    [
      "the port is taken, and nobody is known to hold the device",
      hostOf([], { ports: [lockOf(0)] }),
      wanting([0]),
      "kept-off-by-ecs",
    ],
    [
      "the holder that locks it is stopping",
      hostOf([{ definition: locked(0), changes: stopping }]),
      wanting([0]),
      "kept-off-by-agent",
    ],
    [
      "it is stopping, and the agent is the first that waits",
      hostOf([{ definition: locked(0), changes: stopping }], { agent: "1.74.1" }),
      wanting([0]),
      "kept-off-by-agent",
    ],
    [
      "it is stopping, and the agent does not say its version",
      hostOf([{ definition: locked(0), changes: stopping }], { agent: "" }),
      wanting([0]),
      "kept-off-by-agent",
    ],
    [
      "it is stopping, and the agent is older",
      hostOf([{ definition: locked(0), changes: stopping }], { agent: "1.74.0" }),
      wanting([0]),
      "to-be-excluded",
    ],
    ["the holder has no lock", hostOf([{ definition: byHand(0) }]), wanting([0]), "to-be-excluded"],
    [
      "the holder has no lock and is stopping",
      hostOf([{ definition: byHand(0), changes: stopping }]),
      wanting([0]),
      "to-be-excluded",
    ],
    ["the holder is in awsvpc mode", hostOf([{ definition: inAwsvpc(0) }]), wanting([0]), "to-be-excluded"],
    [
      "the holder locks it, and the newcomer, in awsvpc mode, has no lock",
      hostOf([{ definition: locked(0) }]),
      withoutLocks([0]),
      "to-be-excluded",
    ],
    [
      "it is stopping, and the newcomer, in awsvpc mode, waits for no port",
      hostOf([{ definition: locked(0), changes: stopping }]),
      withoutLocks([0]),
      "to-be-excluded",
    ],
    ["the holder is privileged", hostOf([{ definition: privileged }]), wanting([3]), "to-be-excluded"],
    ["the instance has fewer", hostOf([]), wanting([6]), "absent"],
    ["the instance has none", hostOf([{ definition: privileged }], { type: "g5.xlarge" }), wanting([0]), "absent"],
    [
      "the instance has none and is not in the catalogue",
      hostOf([{ definition: privileged }], { type: "m5.large" }),
      wanting([0]),
      "absent",
    ],
  ])("%s", (_, room, newcomer, availability) => {
    const devices = availabilityOf(room, newcomer);
    expect(devices.map(told)).toEqual([`${(newcomer.devices as readonly number[])[0]} ${availability}`]);
    expect([areAvailable(devices), mustBeExcluded(devices)]).toEqual(meaning[availability]);
  });

  it.each<[what: string, room: Room, newcomer: Newcomer, missing: string | undefined, excluded: boolean]>([
    [
      "the definition of its holder",
      hostOf([{ definition: byHand(1), unknown: true }]),
      wanting([0]),
      "the task definition of arn:aws:ecs:us-east-1:111122223333:task/prod/t0",
      true,
    ],
    [
      "how many devices the instance has: it does not say its type",
      hostOf([], { type: "" }),
      wanting([0]),
      "the Neuron devices of i-i1",
      false,
    ],
    [
      "how many devices the instance has: the type is newer than the catalogue",
      hostOf([], { type: "trn9.48xlarge" }),
      wanting([0]),
      "the Neuron devices of i-i1",
      false,
    ],
  ])("is not known without %s", (_, room, newcomer, missing, excluded) => {
    const devices = availabilityOf(room, newcomer);
    expect(devices).toMatchObject([{ availability: "unknown", missing }]);
    expect([areAvailable(devices), mustBeExcluded(devices)]).toEqual([false, excluded]);
  });

  it("is known of an instance of unknown type where somebody is seen to hold it", () => {
    const type = "trn9.48xlarge";
    expect(availabilityOf(hostOf([{ definition: locked(2) }], { type }), wanting([2])).map(told)).toEqual([
      "2 kept-off-by-ecs",
    ]);
    expect(availabilityOf(hostOf([{ definition: byHand(2) }], { type }), wanting([2])).map(told)).toEqual([
      "2 to-be-excluded",
    ]);
  });
});

describe("several tasks on one device", () => {
  it.each<[what: string, holders: readonly Holder[], expected: string, holding: readonly string[]]>([
    [
      "one that ECS sees and one that it does not",
      [{ definition: locked(0) }, { definition: byHand(0) }],
      "0 to-be-excluded",
      ["t0", "t1"],
    ],
    [
      "one that stops and one that took its place",
      [{ definition: locked(0), changes: stopping }, { definition: locked(0) }],
      "0 kept-off-by-ecs",
      ["t1"],
    ],
    [
      "two that are stopping",
      [
        { definition: locked(0), changes: stopping },
        { definition: locked(0), changes: stopping },
      ],
      "0 kept-off-by-agent",
      [],
    ],
    [
      "one that stops and hands over, one that stops and does not",
      [
        { definition: locked(0), changes: stopping },
        { definition: byHand(0), changes: stopping },
      ],
      "0 to-be-excluded",
      ["t1"],
    ],
    [
      "one that is seen, one of which nothing is known",
      [{ definition: locked(0) }, { definition: byHand(1), unknown: true }],
      "0 unknown",
      ["t0", "t1"],
    ],
    [
      "one that nobody sees, one of which nothing is known",
      [{ definition: byHand(0) }, { definition: byHand(1), unknown: true }],
      "0 to-be-excluded",
      ["t0", "t1"],
    ],
  ])("%s", (_, holders, expected, holding) => {
    const devices = availabilityOf(hostOf(holders), wanting([0]));
    expect([devices.map(told), holdersOf(devices)]).toEqual([[expected], [holding]]);
  });

  it("are told device by device, in the order of the newcomer's", () => {
    const room = hostOf([
      { definition: locked(1) },
      { definition: byHand(3) },
      { definition: locked(4), changes: stopping },
    ]);
    expect(availabilityOf(room, wanting([0, 1, 2, 3, 4, 5, 6])).map(told)).toEqual([
      "0 free",
      "1 kept-off-by-ecs",
      "2 free",
      "3 to-be-excluded",
      "4 kept-off-by-agent",
      "5 free",
      "6 absent",
    ]);
  });
});

describe("a newcomer that takes all devices", () => {
  it("wants those that the instance has", () => {
    expect(availabilityOf(hostOf([], { type: "inf2.xlarge" }), withoutLocks("all")).map(told)).toEqual(["0 free"]);
    expect(availabilityOf(hostOf([{ definition: byHand(5) }]), withoutLocks("all")).map(told)).toEqual([
      "0 free",
      "1 free",
      "2 free",
      "3 free",
      "4 free",
      "5 to-be-excluded",
    ]);
  });

  it.each(["g5.xlarge", "m5.large"])("wants none of %s, whoever else is privileged there", (type) => {
    const devices = availabilityOf(hostOf([{ definition: privileged }], { type }), withoutLocks("all"));
    expect([devices, areAvailable(devices), mustBeExcluded(devices)]).toEqual([[], true, false]);
  });

  it("wants those that the others speak of where nobody knows how many there are", () => {
    const room = hostOf([{ definition: byHand(1) }], { type: "trn9.48xlarge" });
    expect(availabilityOf(room, withoutLocks("all")).map(told)).toEqual(["0 unknown", "1 to-be-excluded"]);
    const untracked = hostOf([{ definition: privileged }], { type: "" });
    expect(availabilityOf(untracked, withoutLocks("all")).map(told)).toEqual(["0 to-be-excluded"]);
  });

  it("is kept off by a lock port of its own, though the instance lacks that device", () => {
    const newcomer = wanting("all", [1]);
    expect(availabilityOf(hostOf([], { type: "inf2.xlarge" }), newcomer).map(told)).toEqual(["0 free", "1 free"]);
    const taken = hostOf([], { type: "inf2.xlarge", ports: [lockOf(1)] });
    expect(availabilityOf(taken, newcomer).map(told)).toEqual(["0 free", "1 kept-off-by-ecs"]);
  });
});

describe("whether only the end of stopping tasks is waited for", () => {
  it.each<[what: string, holders: readonly Holder[], newcomer: Newcomer, leaving: boolean]>([
    ["a task without a lock that is stopping", [{ definition: byHand(0), changes: stopping }], wanting([0]), true],
    ["a task that runs", [{ definition: byHand(0) }], wanting([0]), false],
    ["one of each", [{ definition: byHand(0) }, { definition: byHand(0), changes: stopping }], wanting([0]), false],
    [
      "one that stops beside one that holds the port",
      [{ definition: byHand(0), changes: stopping }, { definition: locked(0) }],
      wanting([0]),
      false,
    ],
    ["one that the agent waits for", [{ definition: locked(0), changes: stopping }], wanting([0]), false],
    [
      "one that no agent waits for, in awsvpc mode",
      [{ definition: locked(0), changes: stopping }],
      withoutLocks([0]),
      true,
    ],
    ["nobody", [], wanting([0]), false],
  ])("%s: %#", (_, holders, newcomer, leaving) => {
    expect(availabilityOf(hostOf(holders), newcomer).map(isLeaving)).toEqual([leaving]);
  });
});
