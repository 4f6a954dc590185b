/**
 * EC2's quotas of running On-Demand vCPUs, one for several families together. Their codes are the same in every
 * account. https://docs.aws.amazon.com/general/latest/gr/ec2-service.html#limits_ec2 links each to its code, and
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html says what counts.
 */
export interface VcpuQuota {
  readonly code: string;
  /** As Service Quotas calls it. */
  readonly name: string;
  /** The letters that the names of its families begin with: all before the first digit or dash. */
  readonly letters: readonly string[];
}

export const vcpuQuotas: readonly VcpuQuota[] = [
  { code: "L-1945791B", name: "Running On-Demand Inf instances", letters: ["inf"] },
  { code: "L-2C3B7624", name: "Running On-Demand Trn instances", letters: ["trn"] },
  { code: "L-DB2E81BA", name: "Running On-Demand G and VT instances", letters: ["g", "gr", "vt"] },
  { code: "L-417A185B", name: "Running On-Demand P instances", letters: ["p"] },
  { code: "L-6E869C2A", name: "Running On-Demand DL instances", letters: ["dl"] },
  { code: "L-74FC7D96", name: "Running On-Demand F instances", letters: ["f"] },
  {
    code: "L-1216C47A",
    name: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
    letters: ["a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z"],
  },
];

/** The quota that instances of a type count against; undefined for the families that none here is for. */
export function vcpuQuotaOf(instanceType: string): VcpuQuota | undefined {
  const letters = /^[a-z]+/.exec(instanceType)?.[0];
  return letters === undefined ? undefined : vcpuQuotas.find((quota) => quota.letters.includes(letters));
}

/**
 * EC2's quotas of the vCPUs of Spot Instances, running and requested. Which one P6 counts against no source says.
 * https://docs.aws.amazon.com/general/latest/gr/ec2-service.html#limits_ec2
 */
const spotQuotas: readonly (Pick<VcpuQuota, "code" | "name"> & { readonly types: RegExp })[] = [
  { code: "L-B5D1601B", name: "All Inf Spot Instance Requests", types: /^inf\d/ },
  { code: "L-6B0D517C", name: "All Trn Spot Instance Requests", types: /^trn\d/ },
  { code: "L-3819A6DF", name: "All G and VT Spot Instance Requests", types: /^(?:gr?|vt)\d/ },
  { code: "L-7212CCBC", name: "All P4, P3 and P2 Spot Instance Requests", types: /^p[234]/ },
  { code: "L-C4BD4855", name: "All P5 Spot Instance Requests", types: /^p5/ },
  { code: "L-85EED4F7", name: "All DL Spot Instance Requests", types: /^dl\d/ },
  { code: "L-88CF9481", name: "All F Spot Instance Requests", types: /^f\d/ },
];

/** The quota that Spot Instances of a type count against; undefined where none is known. */
export function spotQuotaOf(instanceType: string): Pick<VcpuQuota, "code" | "name"> | undefined {
  return spotQuotas.find(({ types }) => types.test(instanceType));
}
