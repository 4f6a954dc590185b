import { AiplatError, refuseMistakes } from "../../errors.ts";

/** The mistake of a command line without a --cluster, where it is one. */
export function missingEksCluster(cluster: string | undefined): readonly AiplatError[] {
  return cluster !== undefined && cluster !== ""
    ? []
    : [
        new AiplatError("Usage", "no EKS cluster was named", {
          hint: "Add --cluster NAME; aws eks list-clusters shows those there are.",
        }),
      ];
}

/** The value of --cluster, beside what else is wrong. */
export function requireEksCluster(cluster: string | undefined, others: readonly AiplatError[] = []): string {
  refuseMistakes([...missingEksCluster(cluster), ...others]);
  return cluster!;
}
