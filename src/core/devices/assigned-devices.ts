import type { Task } from "../ecs-api/api.ts";

/**
 * The Neuron devices that ECS has assigned to the task, on Managed Instances: none where an id is no device's number.
 * How the ids are written is not documented.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Container.html
 */
export function assignedDevices({ containers }: Pick<Task, "containers">): readonly number[] {
  const ids = containers.flatMap(({ neuronDeviceIds = [] }) => neuronDeviceIds);
  const numbers = ids.map((id) => Number(/^(?:\/dev\/)?(?:neuron)?(\d{1,3})$/.exec(id)?.[1] ?? Number.NaN));
  return numbers.some(Number.isNaN) ? [] : [...new Set(numbers)].sort((one, other) => one - other);
}
