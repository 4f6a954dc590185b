import { deletionTags } from "../core/plan/replacement.ts";
import type { ServiceStep } from "../core/plan/service-plan.ts";
import type { EcsPort } from "../ports.ts";

/** Has a service that stays remember what one that is about to be deleted runs, where the plan says which. */
export async function rememberService(
  ecs: Pick<EcsPort, "describeServices" | "tagResource">,
  cluster: string,
  { service: name, rememberedBy }: ServiceStep,
): Promise<void> {
  if (rememberedBy === undefined) return;
  const services = await ecs.describeServices(cluster, [name, rememberedBy]);
  const find = (wanted: string) => services.find(({ serviceName }) => serviceName === wanted);
  const [gone, keeper] = [find(name), find(rememberedBy)];
  const tags = gone === undefined || keeper === undefined ? [] : deletionTags([gone], keeper);
  if (tags.length > 0) await ecs.tagResource(keeper!.serviceArn, tags);
}
