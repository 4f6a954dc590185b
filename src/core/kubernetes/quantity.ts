/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */

/** CPU as the API server writes it, of thousandths of a core: whole cores where they are. */
export function cpuQuantity(milliCpu: number): string {
  const milli = Math.max(1, milliCpu);
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** Memory in whole GiB where it is, else in MiB. */
export function memoryQuantity(mib: number): string {
  return mib >= 1024 && mib % 1024 === 0 ? `${mib / 1024}Gi` : `${mib}Mi`;
}
