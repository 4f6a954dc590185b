import { isRaw } from "../workload/merge.ts";
import { problem, Refusal } from "../problem.ts";
import type { ServicePlan } from "./service-plan.ts";

/**
 * Reads what `aiplat plan -o json` printed for a service.
 *
 * @throws Refusal where it is something else.
 */
export function parseServicePlan(text: string, name: string): ServicePlan {
  const refuse = (what: string) => new Refusal([problem("not-a-plan", [], `${name} is ${what}`, "Write one with: aiplat plan -o json > plan.json")]);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw refuse("not JSON");
  }
  if (!isRaw(document) || document["kind"] !== "Plan" || document["apiVersion"] !== "aiplat/v1") throw refuse("not a plan of aiplat");
  const lists = ["steps", "basis", "registrations", "deployments"];
  if (typeof document["workload"] !== "string" || typeof document["cluster"] !== "string" || !lists.every((list) => Array.isArray(document[list]))) throw refuse("not the plan of a service");
  return document as unknown as ServicePlan;
}
