/** What `doctor` reads of EC2, as readonly data. */

export interface MachineImage {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt?: number;
  /** The sizes that its volumes have where nobody says another, by device name. */
  readonly volumeGiB?: ReadonlyMap<string, number>;
}

/** Instances of one type that run, on demand or on Spot. */
export interface RunningInstances {
  readonly instanceType: string;
  readonly count: number;
  /** vCPUs of all of them, by their cores and threads. */
  readonly vcpus: number;
  readonly spot: boolean;
}

export interface Subnet {
  readonly id: string;
  readonly vpcId: string;
  /** Its availability zone. */
  readonly zone?: string;
  readonly state: string;
  readonly availableAddresses: number;
}
