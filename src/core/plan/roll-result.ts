/** What `ami roll` answers of an Auto Scaling group. */
import type { RollMachine } from "./plan-roll.ts";

export interface RolledMachine {
  readonly ec2InstanceId: string;
  readonly containerInstanceArn: string;
  readonly instanceType: string;
  /** The image that it has, or had. */
  readonly imageId?: string;
  /** `to-replace` before the roll; `draining` and `left` where it ended early. */
  readonly state: "to-replace" | "replaced" | "draining" | "left";
  /** How many tasks it has. */
  readonly tasks: number;
}

/** The data of an AmiRoll document. */
export interface RollResult {
  readonly cluster: string;
  readonly autoScalingGroup: string;
  /** What every machine is to have. */
  readonly imageId: string;
  readonly launchTemplate: {
    readonly id: string;
    readonly name: string;
    /** The version that the next machines come from; with --dry-run that of now. */
    readonly version: number;
    /** The image that the version of before has. */
    readonly imageId?: string;
  };
  readonly machines: readonly RolledMachine[];
  /** Why no further machine can be drained. */
  readonly obstacles?: readonly string[];
}

export function rolledMachine(machine: RollMachine, state?: RolledMachine["state"]): RolledMachine {
  const { ec2InstanceId, containerInstanceArn, instanceType, imageId, status, tasks } = machine;
  return {
    ec2InstanceId,
    containerInstanceArn,
    instanceType,
    ...(imageId === undefined ? {} : { imageId }),
    state: state ?? (status === "DRAINING" ? "draining" : "left"),
    tasks,
  };
}
