import type { Context } from "../context.ts";
import type { CapacityPlan } from "../core/capacity/plans.ts";
import { toJson } from "./harmless.ts";

/** The template of a capacity as CloudFormation takes it, and as it is reviewed: in YAML the image says what it is. */
export async function capacityTemplateText(context: Context, { template, image }: CapacityPlan): Promise<string> {
  if (context.options.format === "json") return `${toJson(template, 2)}\n`;
  const { formatTemplate } = await import("./yaml.ts");
  const { parameter, version, day } = image ?? {};
  const said = [parameter, version, ...(day === undefined ? [] : [`as of ${day}`])].filter(
    (each) => each !== undefined,
  );
  return formatTemplate(template, parameter === undefined ? [] : [{ key: "ImageId", text: said.join(", ") }]);
}
