/**
 * AWS's own capacity providers: any cluster may list them, they have no machines of the account, and go with a cluster.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCapacityProvider.html
 */
export const fargateProviders: readonly string[] = ["FARGATE", "FARGATE_SPOT"];

export function isFargate(provider: string): boolean {
  return fargateProviders.includes(provider);
}
