import type { View } from "./print.ts";

/** A capacity as a deployment has left it. */
export interface DeployedCapacity {
  readonly stackName: string;
  readonly instanceType: string;
  /** The provider's name. */
  readonly capacityProvider: string;
  readonly action: "created" | "updated" | "unchanged";
  /** Whether this command has put the provider into the cluster's list, or made it the default. */
  readonly cluster: "added" | "unchanged";
}

/** What `capacity deploy` answers. */
export function deployedCapacityView(cluster: string, items: readonly DeployedCapacity[]): View {
  return {
    kind: "CapacityDeployment",
    document: { cluster, items },
    table: {
      columns: [
        { title: "PROVIDER" },
        { title: "TYPE" },
        { title: "STACK", mark: (text, style) => (text === "unchanged" ? style.dim(text) : style.green(text)) },
        { title: "CLUSTER", mark: (text, style) => (text === "unchanged" ? style.dim(text) : style.green(text)) },
      ],
      rows: items.map(({ capacityProvider, instanceType, action, cluster: list }) => [
        capacityProvider,
        instanceType,
        action,
        list,
      ]),
    },
  };
}

/** What `capacity delete` answers. */
export function deletedCapacityView(cluster: string, items: readonly { readonly stackName: string }[]): View {
  return {
    kind: "CapacityDeletion",
    document: { cluster, items },
    table: {
      columns: [{ title: "STACK" }, { title: "ACTION" }],
      rows: items.map(({ stackName }) => [stackName, "deleted"]),
    },
  };
}
