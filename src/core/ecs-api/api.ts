/** The parts of the ECS API that aiplat reads and writes, in the API's own words. */
export type {
  CapacityProviderStrategyItem,
  NameValue,
  NetworkConfiguration,
  PlacementConstraint,
  PlacementStrategyItem,
  ResourceRequirement,
  Tag,
} from "./schema/common.ts";
export type {
  ContainerDefinition,
  Device,
  LinuxParameters,
  PortMapping,
  RegisteredTaskDefinition,
  TaskDefinition,
} from "./schema/task-definition.ts";
export type { Failure, RunTaskRequest, Task, TaskContainer } from "./schema/task.ts";

/** DescribeTasks and DescribeContainerInstances take so many a call, as do the pages of the lists. */
export const itemsPerCall = 100;
