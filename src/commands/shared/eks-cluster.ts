import { AiplatError } from "../../errors.ts";

/** The value of --cluster. */
export function requireEksCluster(cluster: string | undefined): string {
  if (cluster !== undefined && cluster !== "") return cluster;
  throw new AiplatError("Usage", "no EKS cluster was named", {
    hint: "Add --cluster NAME; aws eks list-clusters shows those there are.",
  });
}
