/** Auto Scaling groups as EC2 Auto Scaling describes them. */

export interface GroupLaunchTemplate {
  readonly id: string;
  /** A number, `$Latest` or `$Default`. */
  readonly version: string;
}

export interface GroupInstance {
  /** The EC2 instance's. */
  readonly id: string;
  readonly instanceType?: string;
  readonly zone?: string;
  /** `InService`, `Pending`, `Terminating:Wait`... */
  readonly lifecycle: string;
  readonly isProtected: boolean;
  readonly launchTemplate?: GroupLaunchTemplate;
}

/** Whether it is in service or on its way there: neither ending nor set aside. */
export function isInOrComing({ lifecycle }: Pick<GroupInstance, "lifecycle">): boolean {
  return /^(Pending|InService)/.test(lifecycle);
}

/** An Auto Scaling group with all that a capacity depends on. */
export interface GroupDetail {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  /** Of overrides. */
  readonly instanceTypes: readonly string[];
  readonly launchTemplate?: GroupLaunchTemplate;
  readonly protectsNewInstances: boolean;
  readonly zones: readonly string[];
  readonly subnets: readonly string[];
  /** Of a mixed group, beyond its base: 0 where it launches on Spot alone. */
  readonly onDemandPercentage?: number;
  /** As `Launch`, `Terminate`. */
  readonly suspendedProcesses: readonly string[];
  readonly instances: readonly GroupInstance[];
  readonly tags: Readonly<Record<string, string>>;
  /** `Delete in progress`. */
  readonly status?: string;
}

export interface ScalingActivity {
  /** `Failed`, `Successful`, `InProgress`, `Cancelled`... */
  readonly status: string;
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}
