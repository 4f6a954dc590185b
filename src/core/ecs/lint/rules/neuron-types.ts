import { instanceTypes } from "../../../catalog/instance-types/catalog.ts";
import type { InstanceType } from "../../../catalog/instance-types/instance-type.ts";
import { isLegalSlot, legalSizes } from "../../../catalog/slots.ts";
import { listOr } from "../../../base/problem.ts";
import { devicesPath, gapsIn, numberList, numbersOf, sorted } from "../device-numbers.ts";
import type { Breach, Facts, LintRule } from "../rule.ts";
import { neuronDevicesOf, type Subject } from "../subject.ts";
import { neuronCount } from "../type-constraint.ts";

/** The listed Neuron devices against the instance types that the constraints choose. */
export const neuronTypeRules: readonly LintRule[] = [
  {
    id: "neuron-device-not-on-type",
    severity: "error",
    check: notOnType,
  },
  {
    id: "neuron-device-slot",
    severity: "error",
    check: illegalSlot,
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
    return highest < most
      ? []
      : [
          {
            path,
            message: `no instance type has /dev/neuron${highest}: the largest have ${most} devices, 0 to ${most - 1}`,
            fix: "List devices that the instance has.",
          },
        ];
  }
  const lacking = constraint.types.filter((type) => neuronCount(type) <= highest);
  const foreign = constraint.others.filter((name) => !/^(?:inf|trn)/.test(name));
  // A pattern may match more types than the cluster has: it is wrong for certain only where every type it matches is.
  const certain = lacking.length === constraint.types.length && constraint.others.length === foreign.length;
  const names = [
    ...(certain ? lacking : lacking.filter((type) => constraint.named.includes(type.instanceType))).map(describe),
    ...foreign.map((name) => `${name} has no Neuron devices`),
  ];
  if (names.length === 0) return [];
  return [
    {
      path,
      message: `${listOr(names.slice(0, 4), "and")}: /dev/neuron${highest} is not there`,
      fix: "List only devices that the type has, or constrain to a type that has them.",
    },
  ];
}

function describe(type: InstanceType): string {
  const count = neuronCount(type);
  if (count === 0) return `${type.instanceType} has no Neuron devices`;
  return count === 1
    ? `${type.instanceType} has only /dev/neuron0`
    : `${type.instanceType} has /dev/neuron0 to /dev/neuron${count - 1}`;
}

function illegalSlot({ containers }: Subject, { constraint }: Facts): readonly Breach[] {
  return containers.flatMap((container) => {
    const numbers = sorted(numbersOf(container));
    if (numbers.length === 0 || gapsIn(numbers).length > 0 || constraint === undefined || constraint.others.length > 0)
      return [];
    const types = constraint.types.filter((type) => neuronCount(type) > numbers[numbers.length - 1]!);
    if (types.length === 0 || types.some((type) => isLegalSlot(type, numbers))) return [];
    const type = types[0]!;
    return [
      {
        path: devicesPath(container),
        message:
          `${type.instanceType} cannot give one container the devices ${numberList(numbers)}: ` +
          "its chips are wired in rows of 4",
        fix: `List ${listOr(legalSizes(type))} devices, from a multiple of their number on.`,
      },
    ];
  });
}
