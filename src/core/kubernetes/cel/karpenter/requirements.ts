import type { Raw } from "../../../base/merge.ts";
import { every, type RuleOf } from "../rule.ts";

export const values = ({ values: each }: Raw) => (Array.isArray(each) ? (each as readonly unknown[]) : []);
const comparisons = new Set(["Gt", "Lt", "Gte", "Lte"]);

/** The rules of requirements on instances that node pools and overlays share, whose texts differ in a comma. */
export function requirementRules(path: string, comma: string): readonly RuleOf[] {
  return [
    {
      path,
      rule: "self.all(x, x.operator == 'In' ? x.values.size() != 0 : true)",
      message: "requirements with operator 'In' must have a value defined",
      holds: (self) => every(self, (each) => each["operator"] !== "In" || values(each).length > 0),
    },
    {
      path,
      rule:
        "self.all(x, (x.operator == 'Gt' || x.operator == 'Lt' || x.operator == 'Gte' || " +
        "x.operator == 'Lte') ? (x.values.size() == 1 && int(x.values[0]) >= 0) : true)",
      message: `requirements operator 'Gt', 'Lt', 'Gte'${comma} or 'Lte' must have a single positive integer value`,
      holds: (self) =>
        every(
          self,
          (each) =>
            !comparisons.has(String(each["operator"])) || (values(each).length === 1 && Number(values(each)[0]) >= 0),
        ),
    },
  ];
}
