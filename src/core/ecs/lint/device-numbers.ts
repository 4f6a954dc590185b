import type { Path } from "../../base/problem.ts";
import type { SubjectContainer, SubjectDevice } from "./subject.ts";

/** The Neuron devices of a container, as they are listed. */
export function neuronEntries(container: SubjectContainer): readonly SubjectDevice[] {
  return container.devices.filter((device) => device.neuron !== undefined);
}

/** Their numbers, as they are listed. */
export function numbersOf(container: SubjectContainer): readonly number[] {
  return container.devices.flatMap((device) => device.neuron ?? []);
}

/** Ascending, once each. */
export function sorted(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((one, other) => one - other);
}

/** The numbers that ascending ones leave out, at most 32 of each gap: a path can name any number. */
export function gapsIn(numbers: readonly number[]): readonly number[] {
  return numbers.flatMap((number, at) => {
    const before = numbers[at - 1] ?? number - 1;
    return Array.from({ length: Math.min(number - before - 1, 32) }, (_, step) => before + 1 + step);
  });
}

/** `neuron0, neuron1`, or `neuron0 to neuron15` where they are many in a row. */
export function numberList(numbers: readonly number[]): string {
  const name = (number: number | undefined) => `neuron${number}`;
  const row = numbers.length > 4 && gapsIn(numbers).length === 0;
  return row ? `${name(numbers[0])} to ${name(numbers[numbers.length - 1])}` : numbers.map(name).join(", ");
}

/** Where a container lists its devices. */
export function devicesPath(container: SubjectContainer): Path {
  return [...container.path, "linuxParameters", "devices"];
}
