import { devicesPath, gapsIn, neuronEntries, numberList, numbersOf, sorted } from "../device-numbers.ts";
import type { Breach, LintRule } from "../rule.ts";
import type { Subject, SubjectContainer, SubjectDevice } from "../subject.ts";
import { isPartial } from "./neuron-types.ts";
import { containerText } from "../container-text.ts";

/**
 * How a container lists Neuron devices. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference.html
 */
export const neuronDeviceRules: readonly LintRule[] = [
  {
    id: "neuron-device-path",
    severity: "error",
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
    check: (subject) =>
      devicesOf(subject)
        .filter(
          ({ hostPath, containerPath }) =>
            hostPath !== containerPath &&
            (hostPath.startsWith("/dev/neuron") || containerPath.startsWith("/dev/neuron")),
        )
        .map(({ path, hostPath, containerPath, neuron }) => ({
          path: [...path, "containerPath"],
          message:
            `the host's ${hostPath} becomes ${containerPath} in the container: ` +
            "the Neuron runtime numbers devices as the host does",
          fix: `Set containerPath to ${hostPath}.`,
          ...(neuron === undefined
            ? {}
            : { edits: [{ kind: "set" as const, path: [...path, "containerPath"], value: hostPath }] }),
        })),
  },
  {
    id: "neuron-device-permissions",
    severity: "error",
    check: (subject) =>
      devicesOf(subject).flatMap(({ path, hostPath, neuron, permissions }) => {
        if (neuron === undefined || permissions === undefined) return [];
        const missing = ["read", "write"].filter((each) => !permissions.includes(each));
        if (missing.length === 0) return [];
        return [
          {
            path: [...path, "permissions"],
            message: `the container may not ${missing.join(" or ")} ${hostPath}`,
            fix: 'Set permissions to ["read", "write"].',
            edits: [{ kind: "append" as const, path: [...path, "permissions"], values: missing }],
          },
        ];
      }),
  },
  {
    id: "neuron-device-order",
    severity: "error",
    check: ({ containers }) =>
      containers.flatMap((container) => {
        const numbers = numbersOf(container);
        const index = numbers.findIndex((number, at) => at > 0 && number <= numbers[at - 1]!);
        if (index < 0) return [];
        const [before, after] = [numbers[index - 1]!, numbers[index]!];
        return [
          {
            path: [...neuronEntries(container)[index]!.path, "hostPath"],
            message:
              before === after
                ? `/dev/neuron${after} is listed twice`
                : `/dev/neuron${after} stands after /dev/neuron${before}`,
            fix: `List them as ${numberList(sorted(numbers))}.`,
            ...orderEdits(container),
          },
        ];
      }),
  },
  {
    id: "neuron-device-gap",
    severity: "error",
    // "Neuron runtime expects the inferentia/trainium device id's to be contiguous" (aws-neuron-sdk @81ce03a,
    // deploy/troubleshooting.rst).
    check: ({ containers }) =>
      containers.flatMap((container) => {
        const numbers = sorted(numbersOf(container));
        const missing = gapsIn(numbers);
        if (missing.length === 0) return [];
        const inARow = numbers.map((_, at) => numbers[0]! + at);
        return [
          {
            path: devicesPath(container),
            message:
              `the Neuron devices ${numberList(numbers)} leave out ${numberList(missing)}: ` +
              "the Neuron runtime wants contiguous numbers",
            fix: `List ${numbers.length} devices in a row, e.g. ${numberList(inARow)}.`,
          },
        ];
      }),
  },
  {
    id: "neuron-device-shared",
    severity: "error",
    // "In the kubernetes environment the devices cannot be shared by multiple containers in the pod"; one process holds
    // a core at a time (aws-neuron-sdk @81ce03a, deploy/tutorials/build-run-container.rst). A monitor beside the one that
    // works holds none, and is not essential.
    check: ({ containers }) => {
      const holders = new Map<number, string>();
      return containers
        .filter(({ essential }) => essential)
        .flatMap((container) =>
          neuronEntries(container).flatMap(({ neuron, path }) => {
            const holder = holders.get(neuron!) ?? container.name;
            holders.set(neuron!, holder);
            if (holder === container.name) return [];
            return [
              {
                path,
                message: `/dev/neuron${neuron} is in ${containerText(holder)} too: only one of them can open it`,
                fix: "Give each container devices of its own.",
              },
            ];
          }),
        );
    },
  },
  {
    id: "neuron-ipc-lock",
    severity: "error",
    check: ({ containers }) =>
      containers
        .filter(
          (container) =>
            neuronEntries(container).length > 0 &&
            !container.privileged &&
            !["IPC_LOCK", "ALL"].some((each) => container.addedCapabilities.includes(each)),
        )
        .map((container) => ({
          path: [...container.path, "linuxParameters"],
          message: `${containerText(container.name)} has Neuron devices and not the capability IPC_LOCK`,
          fix: 'Set linuxParameters.capabilities.add to ["IPC_LOCK"].',
          // Dropped by name it is somebody's decision.
          ...(container.droppedCapabilities.includes("IPC_LOCK")
            ? {}
            : {
                edits: [
                  {
                    kind: "append" as const,
                    path: [...container.path, "linuxParameters", "capabilities", "add"],
                    values: ["IPC_LOCK"],
                  },
                ],
              }),
        })),
  },
  {
    id: "neuron-privileged",
    severity: "warning",
    check: (subject, facts) =>
      !isPartial(subject, facts)
        ? []
        : subject.containers
            .filter((container) => container.privileged && neuronEntries(container).length > 0)
            .map((container) => ({
              path: [...container.path, "privileged"],
              message:
                `${containerText(container.name)} is privileged and sees every Neuron device of the instance, ` +
                "those of other tasks too",
              fix: "Set privileged to false; the devices and IPC_LOCK are enough.",
            })),
  },
];

/**
 * The Neuron devices in ascending order in the places that they have among others,
 * each once where its entries say the same.
 */
function orderEdits(container: SubjectContainer): Pick<Breach, "edits"> {
  const says = ({ containerPath, permissions }: SubjectDevice) => JSON.stringify([containerPath, permissions]);
  const entries = neuronEntries(container);
  const first = entries.filter((entry, index) => entries.findIndex((each) => each.neuron === entry.neuron) === index);
  if (entries.some((entry) => !first.some((each) => each.neuron === entry.neuron && says(each) === says(entry))))
    return {};
  const queue = first.toSorted((one, other) => one.neuron! - other.neuron!).map(indexOf);
  const order = container.devices.flatMap((device) =>
    device.neuron === undefined ? [indexOf(device)] : queue.splice(0, 1),
  );
  return { edits: [{ kind: "arrange", path: devicesPath(container), order }] };
}

/** The place of a device in its list. */
function indexOf({ path }: SubjectDevice): number {
  return Number(path[path.length - 1]);
}

function devicesOf({ containers }: Subject): readonly SubjectDevice[] {
  return containers.flatMap((container) => container.devices);
}
