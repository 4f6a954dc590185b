import { instanceTypes } from "../../../catalog/instance-types/catalog.ts";
import { coresPerDevice, logicalCoreSize } from "../../../catalog/instance-types/neuron-cores.ts";
import type { Edit } from "../../../edit/edit.ts";
import { listOr, type Path } from "../../../base/problem.ts";
import type { Breach, Facts, LintRule } from "../rule.ts";
import type { SubjectContainer } from "../subject.ts";
import { settledTypes } from "../type-constraint.ts";
import { isPartial } from "./neuron-types.ts";

/** Variables of the Neuron runtime against the devices that the container has. */
export const neuronEnvironmentRules: readonly LintRule[] = [
  {
    id: "neuron-visible-cores",
    severity: "error",
    check: ({ containers }, facts) => containers.flatMap((container) => checkVisibleCores(container, facts)),
  },
  {
    id: "neuron-visible-cores-idle",
    severity: "warning",
    check: ({ containers }, facts) => containers.flatMap((container) => checkIdleDevices(container, facts)),
  },
  {
    id: "neuron-num-cores",
    severity: "error",
    check: ({ containers }, facts) => containers.flatMap((container) => checkNumCores(container, facts)),
  },
  {
    id: "neuron-visible-devices",
    severity: "error",
    check: (subject, facts) => {
      const partial = isPartial(subject, facts);
      return subject.containers.flatMap((container) => checkVisibleDevices(container, partial));
    },
  },
];

interface Held {
  /** Ascending. */
  readonly devices: readonly number[];
  /**
   * The cores of one device that the chosen types can have; more than one where the
   * types or the settings leave it open.
   */
  readonly perDevice: readonly number[];
}

function heldBy(container: SubjectContainer, { constraint }: Facts): Held | undefined {
  const devices = [...new Set(container.devices.flatMap((device) => device.neuron ?? []))].sort(
    (one, other) => one - other,
  );
  if (devices.length === 0 || container.privileged) return undefined;
  const settled = settledTypes(constraint);
  const types = settled.length === 0 ? instanceTypes : settled;
  const logical = logicalCoreSize((name) => container.environment.get(name)?.value);
  const perDevice = new Set(types.flatMap((type) => coresPerDevice(type, logical) ?? []));
  return perDevice.size === 0 ? undefined : { devices, perDevice: [...perDevice] };
}

/**
 * The cores that a container may name: "global core = device * cores per device", the host's numbers
 * (aws-neuron-sdk @81ce03a, deploy/tutorials/build-run-container.rst), or numbers from 0 on, as newer drivers count
 * inside a container (release notes 2.16). Either is accepted.
 */
function numberings({ devices }: Held, perDevice: number): readonly (readonly number[])[] {
  const cores = (starts: readonly number[]) =>
    starts.flatMap((device) => Array.from({ length: perDevice }, (_, core) => device * perDevice + core));
  return [cores(devices), cores(devices.map((_, index) => index))];
}

function checkVisibleCores(container: SubjectContainer, facts: Facts): readonly Breach[] {
  const variable = container.environment.get("NEURON_RT_VISIBLE_CORES");
  if (variable === undefined || variable.value === "") return [];
  const { path, value } = variable;
  const cores = parseRanges(value);
  const out = {
    fix: "Leave NEURON_RT_VISIBLE_CORES out: the runtime takes every core of the devices it is given.",
    edits: leaveOut(path),
  };
  if (cores === undefined)
    return [
      {
        path,
        message: `NEURON_RT_VISIBLE_CORES is ${JSON.stringify(value)}, which is no list of cores such as 0-3`,
        ...out,
      },
    ];
  // "The resulting range must be contiguous ... and indices need to be provided in consecutive increasing order"
  // (aws-neuron-sdk @81ce03a, neuron-runtime/guides/nrt-developer-guide.rst).
  if (cores.some((core, at) => at > 0 && core !== cores[at - 1]! + 1))
    return [{ path, message: `NEURON_RT_VISIBLE_CORES=${value} is not one ascending row of cores`, ...out }];
  const held = heldBy(container, facts);
  if (held === undefined) return [];
  const named = (all: readonly number[]) => cores.every((core) => all.includes(core));
  if (held.perDevice.some((perDevice) => numberings(held, perDevice).some(named))) return [];
  const most = Math.max(...held.perDevice);
  const [own] = numberings(held, most);
  return [
    {
      path,
      message:
        `NEURON_RT_VISIBLE_CORES=${value} names cores that the container does not have: ` +
        `${deviceList(held)} ${held.devices.length === 1 ? "has" : "have"} ${rowOf(own!)}`,
      ...out,
    },
  ];
}

function checkIdleDevices(container: SubjectContainer, facts: Facts): readonly Breach[] {
  const variable = container.environment.get("NEURON_RT_VISIBLE_CORES");
  const held = heldBy(container, facts);
  const cores = parseRanges(variable?.value ?? "");
  if (variable === undefined || held === undefined || cores === undefined || held.perDevice.length > 1) return [];
  const perDevice = held.perDevice[0]!;
  const fits = numberings(held, perDevice).filter((all) => cores.every((core) => all.includes(core)));
  // Under either way of counting the same number of devices is left over.
  const used = Math.min(...fits.map(() => new Set(cores.map((core) => Math.floor(core / perDevice))).size));
  if (fits.length === 0 || used >= held.devices.length) return [];
  const idle = held.devices.length - used;
  return [
    {
      path: variable.path,
      message:
        `NEURON_RT_VISIBLE_CORES=${variable.value} uses ${used} of the container's ${held.devices.length} devices: ` +
        `${idle === 1 ? "one stands" : `${idle} stand`} idle`,
      fix: "Leave the variable out, or list fewer devices.",
    },
  ];
}

function checkNumCores(container: SubjectContainer, facts: Facts): readonly Breach[] {
  const variable = container.environment.get("NEURON_RT_NUM_CORES");
  // "NEURON_RT_VISIBLE_CORES takes precedence over NEURON_RT_NUM_CORES." (aws-neuron-sdk @81ce03a,
  // configuration-guide.rst)
  if (variable === undefined || variable.value === "" || container.environment.has("NEURON_RT_VISIBLE_CORES"))
    return [];
  const { path, value } = variable;
  if (!/^\d+$/.test(value))
    return [
      {
        path,
        message: `NEURON_RT_NUM_CORES is ${JSON.stringify(value)}, which is no number of cores`,
        fix: "Write a number, or leave it out.",
      },
    ];
  const held = heldBy(container, facts);
  if (held === undefined) return [];
  const most = held.devices.length * Math.max(...held.perDevice);
  if (Number(value) <= most) return [];
  return [
    {
      path,
      message: `NEURON_RT_NUM_CORES=${value} is more than the ${most} cores of ${deviceList(held)}`,
      fix: `Set it to at most ${most}, or leave it out: the runtime takes every core of the devices it is given.`,
    },
  ];
}

function checkVisibleDevices(container: SubjectContainer, partial: boolean): readonly Breach[] {
  const variable = container.environment.get("AWS_NEURON_VISIBLE_DEVICES");
  const listed = new Set(container.devices.flatMap((device) => device.neuron ?? []));
  if (variable === undefined || variable.value === "" || listed.size === 0) return [];
  const { path, value } = variable;
  const out = {
    fix: "Leave AWS_NEURON_VISIBLE_DEVICES out: linuxParameters.devices says it all.",
    edits: leaveOut(path),
  };
  // The Neuron OCI hook, where the host has it, then adds every device (aws-neuron-sdk @81ce03a,
  // deploy/tutorials/oci-hook.rst).
  if (/^all$/i.test(value))
    return partial
      ? [
          {
            path,
            message:
              `AWS_NEURON_VISIBLE_DEVICES=${value} asks for every device of the instance, ` +
              "and linuxParameters.devices lists some",
            ...out,
          },
        ]
      : [];
  const named = parseRanges(value);
  if (named === undefined)
    return [
      {
        path,
        message: `AWS_NEURON_VISIBLE_DEVICES is ${JSON.stringify(value)}, which is no list of devices such as 0,1`,
        ...out,
      },
    ];
  const beyond = named.filter((device) => !listed.has(device));
  const left = [...listed].filter((device) => !named.includes(device));
  if (beyond.length === 0 && left.length === 0) return [];
  const what =
    beyond.length > 0
      ? `names ${names(beyond)}, which linuxParameters.devices lacks`
      : `leaves out ${names(left)}, which linuxParameters.devices lists`;
  return [{ path, message: `AWS_NEURON_VISIBLE_DEVICES=${value} ${what}`, ...out }];
}

/** Takes a variable out of the environment: its value's path is the variable's, and `value`. */
function leaveOut(path: Path): readonly Edit[] {
  return [{ kind: "remove", path: path.slice(0, -1) }];
}

/** `0-3,8` as numbers, in the order written; undefined for anything else. */
function parseRanges(text: string): readonly number[] | undefined {
  const numbers: number[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*$/.exec(part);
    if (match === null) return undefined;
    const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (last < first) return undefined;
    for (let number = first; number <= last; number++) numbers.push(number);
  }
  return numbers;
}

function deviceList({ devices }: Held): string {
  return names(devices);
}

function names(devices: readonly number[]): string {
  const row = devices.length > 3 && devices.every((device, at) => at === 0 || device === devices[at - 1]! + 1);
  return row
    ? `neuron${devices[0]} to neuron${devices[devices.length - 1]}`
    : listOr(
        devices.map((device) => `neuron${device}`),
        "and",
      );
}

function rowOf(cores: readonly number[]): string {
  const row = cores.every((core, at) => at === 0 || core === cores[at - 1]! + 1);
  return row ? `cores ${cores[0]} to ${cores[cores.length - 1]}` : `the cores ${cores.join(", ")}`;
}
