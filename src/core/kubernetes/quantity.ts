/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */

/** CPU as the API server writes it: whole cores, else thousandths rounded down. */
export function cpuQuantity(vcpu: number): string {
  const milli = Math.max(1, Math.floor(vcpu * 1000));
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** Memory in whole GiB where it is, else in MiB. */
export function memoryQuantity(mib: number): string {
  return mib >= 1024 && mib % 1024 === 0 ? `${mib / 1024}Gi` : `${mib}Mi`;
}
