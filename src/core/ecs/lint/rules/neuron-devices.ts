import { instanceTypes } from "../../../catalog/catalog.ts";
import type { InstanceType } from "../../../catalog/instance-type.ts";
import { isLegalSlot, legalSizes } from "../../../devices/slots.ts";
import { listOr, type Path } from "../../../problem.ts";
import type { Breach, Facts, Rule } from "../rule.ts";
import { neuronDevicesOf, type Subject, type SubjectContainer, type SubjectDevice } from "../subject.ts";
import { neuronCount } from "../type-constraint.ts";

/** How a container lists Neuron devices. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference.html */
export const neuronDeviceRules: readonly Rule[] = [
  {
    id: "neuron-device-path",
    severity: "error",
    summary: "A Neuron device is /dev/neuron and its number: no pattern, no range, no zero in front",
    check: (subject) =>
      devicesOf(subject)
        .filter((device) => device.hostPath.startsWith("/dev/neuron") && device.neuron === undefined)
        .map(({ path, hostPath }) => ({
          path: [...path, "hostPath"],
          message: `${hostPath} is no Neuron device: ECS takes the path as it is written`,
          fix: "List each device in an entry of its own: /dev/neuron0, /dev/neuron1, ...",
        })),
  },
  {
    id: "neuron-device-mapping",
    severity: "error",
    summary: "A Neuron device has the same path in the container as on the host",
    check: (subject) =>
      devicesOf(subject)
        .filter(({ hostPath, containerPath }) => hostPath !== containerPath && (hostPath.startsWith("/dev/neuron") || containerPath.startsWith("/dev/neuron")))
        .map(({ path, hostPath, containerPath }) => ({
          path: [...path, "containerPath"],
          message: `the host's ${hostPath} becomes ${containerPath} in the container: the Neuron runtime numbers devices as the host does`,
          fix: `Set containerPath to ${hostPath}.`,
        })),
  },
  {
    id: "neuron-device-permissions",
    severity: "error",
    summary: "A Neuron device is opened for reading and writing",
    check: (subject) =>
      devicesOf(subject).flatMap(({ path, hostPath, neuron, permissions }) => {
        if (neuron === undefined || permissions === undefined) return [];
        const missing = ["read", "write"].filter((each) => !permissions.includes(each));
        if (missing.length === 0) return [];
        return [{ path: [...path, "permissions"], message: `the container may not ${missing.join(" or ")} ${hostPath}`, fix: 'Set permissions to ["read", "write"].' }];
      }),
  },
  {
    id: "neuron-device-order",
    severity: "error",
    summary: "Neuron devices stand in ascending numeric order, each once: neuron2 before neuron10",
    check: ({ containers }) =>
      containers.flatMap((container) => {
        const numbers = numbersOf(container);
        const index = numbers.findIndex((number, at) => at > 0 && number <= numbers[at - 1]!);
        if (index < 0) return [];
        const [before, after] = [numbers[index - 1]!, numbers[index]!];
        return [
          {
            path: [...neuronEntries(container)[index]!.path, "hostPath"],
            message: before === after ? `/dev/neuron${after} is listed twice` : `/dev/neuron${after} stands after /dev/neuron${before}`,
            fix: `List them as ${numberList(sorted(numbers))}.`,
          },
        ];
      }),
  },
  {
    id: "neuron-device-gap",
    severity: "error",
    summary: "The numbers of a container's Neuron devices have no gap",
    // "Neuron runtime expects the inferentia/trainium device id's to be contiguous" (aws-neuron-sdk @81ce03a, deploy/troubleshooting.rst).
    check: ({ containers }) =>
      containers.flatMap((container) => {
        const numbers = sorted(numbersOf(container));
        const missing = gapsIn(numbers);
        if (missing.length === 0) return [];
        return [
          {
            path: devicesPath(container),
            message: `the Neuron devices ${numberList(numbers)} leave out ${numberList(missing)}: the Neuron runtime wants contiguous numbers`,
            fix: `List ${numbers.length} devices in a row, e.g. ${numberList(numbers.map((_, at) => numbers[0]! + at))}.`,
          },
        ];
      }),
  },
  {
    id: "neuron-device-not-on-type",
    severity: "error",
    summary: "The instance types that the constraints choose have every Neuron device listed",
    check: notOnType,
  },
  {
    id: "neuron-device-slot",
    severity: "error",
    summary: "A container's Neuron devices are a set that the type's wiring allows",
    check: illegalSlot,
  },
  {
    id: "neuron-device-shared",
    severity: "error",
    summary: "No Neuron device is in two containers",
    // "In the kubernetes environment the devices cannot be shared by multiple containers in the pod"; one process holds a
    // core at a time (aws-neuron-sdk @81ce03a, deploy/tutorials/build-run-container.rst).
    check: ({ containers }) => {
      const holders = new Map<number, string>();
      return containers.flatMap((container) =>
        neuronEntries(container).flatMap(({ neuron, path }) => {
          const holder = holders.get(neuron!) ?? container.name;
          holders.set(neuron!, holder);
          if (holder === container.name) return [];
          return [{ path, message: `/dev/neuron${neuron} is in the container ${holder} too: only one of them can open it`, fix: "Give each container devices of its own." }];
        }),
      );
    },
  },
  {
    id: "neuron-ipc-lock",
    severity: "error",
    summary: "A container with Neuron devices may lock memory: IPC_LOCK",
    check: ({ containers }) =>
      containers
        .filter((container) => neuronEntries(container).length > 0 && !container.privileged && !["IPC_LOCK", "ALL"].some((each) => container.addedCapabilities.includes(each)))
        .map((container) => ({
          path: [...container.path, "linuxParameters"],
          message: `the container ${container.name} has Neuron devices and not the capability IPC_LOCK`,
          fix: 'Set linuxParameters.capabilities.add to ["IPC_LOCK"].',
        })),
  },
  {
    id: "neuron-privileged",
    severity: "warning",
    summary: "A container that holds some of an instance's Neuron devices is not privileged: it would see them all",
    check: (subject, facts) =>
      !isPartial(subject, facts)
        ? []
        : subject.containers
            .filter((container) => container.privileged && neuronEntries(container).length > 0)
            .map((container) => ({
              path: [...container.path, "privileged"],
              message: `the container ${container.name} is privileged and sees every Neuron device of the instance, those of other tasks too`,
              fix: "Set privileged to false; the devices and IPC_LOCK are enough.",
            })),
  },
];

/** Whether the task lists fewer Neuron devices than some instance type that its constraints choose. */
export function isPartial({ containers }: Subject, { constraint }: Facts): boolean {
  const held = neuronDevicesOf(containers).length;
  return held > 0 && constraint !== undefined && constraint.types.some((type) => neuronCount(type) > held);
}

function notOnType({ containers }: Subject, { constraint }: Facts): readonly Breach[] {
  const devices = neuronDevicesOf(containers);
  if (devices.length === 0) return [];
  const highest = devices[devices.length - 1]!;
  const path = containers.flatMap((container) => container.devices).find((device) => device.neuron === highest)!.path;
  if (constraint === undefined) {
    const most = Math.max(...instanceTypes.map((type) => neuronCount(type)));
    return highest < most ? [] : [{ path, message: `no instance type has /dev/neuron${highest}: the largest have ${most} devices, 0 to ${most - 1}`, fix: "List devices that the instance has." }];
  }
  const lacking = constraint.types.filter((type) => neuronCount(type) <= highest);
  const foreign = constraint.others.filter((name) => !/^(?:inf|trn)/.test(name));
  // A pattern may match more types than the cluster has: it is wrong for certain only where every type it matches is.
  const certain = lacking.length === constraint.types.length && constraint.others.length === foreign.length;
  const names = [...(certain ? lacking : lacking.filter((type) => constraint.named.includes(type.instanceType))).map(describe), ...foreign.map((name) => `${name} has no Neuron devices`)];
  if (names.length === 0) return [];
  return [{ path, message: `${listOr(names.slice(0, 4), "and")}: /dev/neuron${highest} is not there`, fix: "List only devices that the type has, or constrain to a type that has them." }];
}

function describe(type: InstanceType): string {
  const count = neuronCount(type);
  if (count === 0) return `${type.instanceType} has no Neuron devices`;
  return count === 1 ? `${type.instanceType} has only /dev/neuron0` : `${type.instanceType} has /dev/neuron0 to /dev/neuron${count - 1}`;
}

function illegalSlot({ containers }: Subject, { constraint }: Facts): readonly Breach[] {
  return containers.flatMap((container) => {
    const numbers = sorted(numbersOf(container));
    if (numbers.length === 0 || gapsIn(numbers).length > 0 || constraint === undefined || constraint.others.length > 0) return [];
    const types = constraint.types.filter((type) => neuronCount(type) > numbers[numbers.length - 1]!);
    if (types.length === 0 || types.some((type) => isLegalSlot(type, numbers))) return [];
    const type = types[0]!;
    return [
      {
        path: devicesPath(container),
        message: `${type.instanceType} cannot give one container the devices ${numberList(numbers)}: its chips are wired in rows of 4`,
        fix: `List ${listOr(legalSizes(type))} devices, from a multiple of their number on.`,
      },
    ];
  });
}

function devicesOf({ containers }: Subject): readonly SubjectDevice[] {
  return containers.flatMap((container) => container.devices);
}

function neuronEntries(container: SubjectContainer): readonly SubjectDevice[] {
  return container.devices.filter((device) => device.neuron !== undefined);
}

function numbersOf(container: SubjectContainer): readonly number[] {
  return container.devices.flatMap((device) => device.neuron ?? []);
}

function sorted(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((one, other) => one - other);
}

/** The numbers that ascending ones leave out, at most 32 of each gap: a path can name any number. */
function gapsIn(numbers: readonly number[]): readonly number[] {
  return numbers.flatMap((number, at) => {
    const before = numbers[at - 1] ?? number - 1;
    return Array.from({ length: Math.min(number - before - 1, 32) }, (_, step) => before + 1 + step);
  });
}

/** `neuron0, neuron1`, or `neuron0 to neuron15` where they are many in a row. */
function numberList(numbers: readonly number[]): string {
  const name = (number: number | undefined) => `neuron${number}`;
  const row = numbers.length > 4 && gapsIn(numbers).length === 0;
  return row ? `${name(numbers[0])} to ${name(numbers[numbers.length - 1])}` : numbers.map(name).join(", ");
}

function devicesPath(container: SubjectContainer): Path {
  return [...container.path, "linuxParameters", "devices"];
}
