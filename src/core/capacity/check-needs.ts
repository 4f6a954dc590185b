import { fail, ok, warn, type CheckItem } from "../base/check-report.ts";
import { counted } from "../base/counted.ts";
import { mountAttribute } from "../ecs/volumes.ts";
import {
  efaInterfacesOf,
  launchedTypes,
  userDataOf,
  type ObservedTemplate,
  type ObservedCapacity,
} from "./observed-capacity.ts";

/** What a workload needs of machines of one type. */
export interface CapacityNeeds {
  readonly workload?: string;
  readonly instanceType: string;
  readonly efaInterfaces: number;
  /** Machines that all replicas fill. */
  readonly count: number;
  /** Names of the volumes that a machine mounts itself. */
  readonly mounts: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

/** Whether a capacity of the cluster starts the machines that a workload needs. */
export function checkNeeds(
  needs: CapacityNeeds,
  { cluster, capacities }: { readonly cluster: string; readonly capacities: readonly ObservedCapacity[] },
): readonly CheckItem[] {
  const { instanceType } = needs;
  const serving = capacities.filter((capacity) => launchedTypes(capacity).includes(instanceType));
  const again = `aiplat capacity deploy with the workload and --cluster ${cluster} changes it; machines that run stay as they are.`;
  if (serving.length === 0)
    return [
      fail(
        "workload",
        `no capacity provider of the cluster launches ${instanceType}`,
        `aiplat capacity deploy --cluster ${cluster} --instance-type ${instanceType} --subnet SUBNET makes one.`,
      ),
    ];
  return serving.flatMap(({ name, template, group }) => {
    const lacks = template === undefined ? [] : lacking(needs, template);
    const max = group?.max ?? Number.POSITIVE_INFINITY;
    return [
      ...(lacks.length === 0
        ? [ok("workload", `${name} launches ${instanceType} as it needs them`)]
        : lacks.map((lack) => fail("workload", `the machines of ${name} ${lack}`, again))),
      ...(max < needs.count
        ? [
            warn(
              "workload",
              `${name} may have ${counted(max, "machine")}, and all replicas fill ${needs.count}`,
              `aiplat capacity deploy --max-size ${needs.count} lets it have them.`,
            ),
          ]
        : []),
    ];
  });
}

/** What the machines lack, each to follow "the machines of NAME". */
function lacking({ efaInterfaces, mounts, attributes }: CapacityNeeds, template: ObservedTemplate): readonly string[] {
  const interfaces = efaInterfacesOf(template);
  const userData = userDataOf(template);
  return [
    ...(interfaces < efaInterfaces
      ? [`have ${interfaces === 0 ? "no" : `only ${interfaces} of ${efaInterfaces}`} EFA interfaces`]
      : []),
    ...mounts
      .filter((mount) => !userData.includes(mountAttribute(mount)))
      .map((mount) => `do not mount ${mount} (attribute ${mountAttribute(mount)})`),
    ...Object.entries(attributes)
      .filter(([name, value]) => !hasAttribute(userData, name, value))
      .map(([name, value]) => `have no attribute ${name}=${value}`),
  ];
}

/** As ECS_INSTANCE_ATTRIBUTES has it, in JSON, and Bottlerocket's settings in TOML. */
function hasAttribute(userData: string, name: string, value: string): boolean {
  return userData.includes(`"${name}":"${value}"`) || userData.includes(`"${name}" = "${value}"`);
}
