import type { ContainerDefinition } from "../ecs-api/api.ts";

/**
 * A managed daemon: "exactly one daemon task runs on every Amazon EC2 instance provisioned through" its Managed
 * Instances capacity providers.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-daemons.html
 */
export interface ManagedDaemon {
  readonly name: string;
  /** The names of its capacity providers. */
  readonly capacityProviders: readonly string[];
  /** What a new instance runs of it, as far as it takes CPU and memory. */
  readonly definition: {
    readonly family: string;
    readonly cpu?: string;
    readonly memory?: string;
    readonly containerDefinitions: readonly Pick<
      ContainerDefinition,
      "name" | "image" | "cpu" | "memory" | "memoryReservation"
    >[];
  };
}
