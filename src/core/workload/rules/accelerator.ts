import { findInstanceType, instanceTypes, unknownInstanceType } from "../../catalog/instance-types/catalog.ts";
import type { AcceleratorKind, InstanceType } from "../../catalog/instance-types/instance-type.ts";
import { listOr } from "../../base/problem.ts";
import type { Workload } from "../schema.ts";
import { ec2TypeName } from "../fields.ts";
import { all, any, at, given, namedAsHyperPod, not, onlyOn, runsOn, when } from "./fragments.ts";
import type { RuleFinding, Rule } from "./rule.ts";

/** The kinds that aiplat places. */
const placed: ReadonlySet<AcceleratorKind> = new Set(["neuron", "nvidia"]);
/** The types that a workload can run on at all. */
export const usable = instanceTypes.filter((type) => type.status !== "retired" && placed.has(type.accelerator.kind));
const namesOf = (types: readonly InstanceType[]) => types.map((type) => type.instanceType);
const ofKind = (kind: AcceleratorKind) => namesOf(usable.filter((type) => type.accelerator.kind === kind));
const typesPath = ["accelerator", "instanceTypes"];

export type AcceleratorSection = Exclude<NonNullable<Workload["accelerator"]>, "none">;

/** The section, where the workload has accelerators. */
export function sectionOf({ accelerator }: Workload): AcceleratorSection | undefined {
  return typeof accelerator === "object" ? accelerator : undefined;
}

/** The workload's instance types that the catalogue knows, each with its place in the list. */
export function typesOf(workload: Workload): readonly { readonly type: InstanceType; readonly index: number }[] {
  return (sectionOf(workload)?.instanceTypes ?? []).flatMap((name, index) => {
    const type = findInstanceType(ec2TypeName(name));
    return type === undefined ? [] : [{ type, index }];
  });
}

/** EFA interfaces on every node: asked for, or implied by several nodes. */
export function wantsEfa(workload: Workload): boolean {
  const section = sectionOf(workload);
  return section !== undefined && (section.efa ?? (workload.nodes ?? 1) > 1);
}

/** `wantsEfa` in JSON Schema. */
export const wantsEfaSchema = any(
  given("accelerator.efa", { const: true }),
  all(given("nodes", { minimum: 2 }), given("accelerator", { type: "object" }), not(given("accelerator.efa"))),
);

/** One finding an instance type that the predicate picks. */
function eachType(
  workload: Workload,
  find: (type: InstanceType) => Omit<RuleFinding, "path"> | undefined,
): readonly RuleFinding[] {
  return typesOf(workload).flatMap(({ type, index }) => {
    const finding = find(type);
    return finding === undefined ? [] : [{ path: [...typesPath, index], ...finding }];
  });
}

const knownTypes = () =>
  at("accelerator.instanceTypes", {
    items: any(
      {
        enum: namesOf(usable),
        errorMessage: "Must be an instance type that aiplat can use: aiplat instances list shows them.",
      },
      namedAsHyperPod(namesOf(usable)),
    ),
  });

export const acceleratorRules: readonly Rule[] = [
  {
    code: "accelerator-missing",
    severity: "error",
    reads: ["accelerator"],
    check: ({ accelerator }) =>
      accelerator === undefined
        ? [
            {
              path: ["accelerator"],
              message: "accelerator is missing",
              hint: "Write accelerator: { instanceTypes: [inf2.xlarge] }, or accelerator: none for a CPU workload.",
            },
          ]
        : [],
    jsonSchema: () => ({ required: ["accelerator"] }),
  },
  {
    code: "instance-types-missing",
    severity: "error",
    reads: ["accelerator.instanceTypes"],
    check: (workload) => {
      const section = sectionOf(workload);
      return section === undefined || section.instanceTypes !== undefined || section.resource !== undefined
        ? []
        : [
            {
              path: typesPath,
              message: "accelerator.instanceTypes is missing",
              hint: "Write the types it runs on, e.g. instanceTypes: [inf2.xlarge]; aiplat instances list shows them.",
            },
          ];
    },
    jsonSchema: () =>
      when(
        given("accelerator", { type: "object" }),
        any(given("accelerator.instanceTypes"), given("accelerator.resource")),
      ),
  },
  {
    code: "unknown-instance-type",
    severity: "error",
    reads: ["accelerator.instanceTypes"],
    check: (workload) =>
      (sectionOf(workload)?.instanceTypes ?? []).flatMap((name, index) => {
        if (findInstanceType(ec2TypeName(name)) !== undefined) return [];
        const { message, hint = "" } = unknownInstanceType(name);
        return [
          { path: [...typesPath, index], message, hint: `${hint} For a CPU workload write accelerator: none.`.trim() },
        ];
      }),
    jsonSchema: knownTypes,
  },
  {
    code: "retired-instance-type",
    severity: "error",
    reads: ["accelerator.instanceTypes"],
    check: (workload) =>
      eachType(workload, ({ instanceType, status, retiredOn, accelerator }) =>
        // Of others it is said that they are none to choose, retired or not.
        status === "retired" && placed.has(accelerator.kind)
          ? {
              message:
                `${instanceType} was retired${retiredOn === undefined ? "" : ` on ${retiredOn}`}: ` +
                "EC2 starts none any more",
              hint: `aiplat instances list --accelerator ${accelerator.kind} shows what there is.`,
            }
          : undefined,
      ),
    jsonSchema: knownTypes,
  },
  {
    code: "accelerator-not-placed",
    severity: "error",
    reads: ["accelerator.instanceTypes"],
    check: (workload) =>
      eachType(workload, ({ instanceType, accelerator: { kind, manufacturer, name } }) =>
        placed.has(kind)
          ? undefined
          : {
              message:
                `${instanceType} carries ${manufacturer} ${name} (${kind}): ` +
                "aiplat places Neuron and NVIDIA accelerators only",
              hint: "Choose a Neuron or NVIDIA type, e.g. inf2.xlarge or g5.xlarge.",
            },
      ),
    jsonSchema: knownTypes,
  },
  {
    code: "unverified-instance-type",
    severity: "warning",
    reads: ["accelerator.instanceTypes"],
    check: (workload) =>
      eachType(workload, ({ instanceType, status, note }) =>
        status === "unverified" ? { message: `${instanceType}: ${note ?? "its figures are not verified"}` } : undefined,
      ),
  },
  {
    code: "duplicate-instance-type",
    severity: "error",
    reads: ["accelerator.instanceTypes"],
    check: (workload) =>
      (sectionOf(workload)?.instanceTypes ?? []).flatMap((name, index, names) =>
        names.indexOf(name) === index
          ? []
          : [{ path: [...typesPath, index], message: `${name} is listed twice`, hint: "Keep one of them." }],
      ),
    jsonSchema: () => at("accelerator.instanceTypes", { uniqueItems: true }),
  },
  {
    code: "mixed-accelerators",
    severity: "error",
    reads: ["accelerator.instanceTypes"],
    check: (workload) => {
      const types = typesOf(workload).filter(({ type }) => placed.has(type.accelerator.kind));
      const first = types[0];
      const other = types.find(({ type }) => type.accelerator.kind !== first?.type.accelerator.kind);
      if (first === undefined || other === undefined) return [];
      const say = ({ type }: typeof first) => `${type.instanceType} (${type.accelerator.kind})`;
      return [
        {
          path: [...typesPath, other.index],
          message: `${say(first)} and ${say(other)} are in one workload: no image runs on both kinds of accelerator`,
          hint: "Write one workload for each kind.",
        },
      ];
    },
    jsonSchema: () => not(all(runsOn(ofKind("neuron")), runsOn(ofKind("nvidia")))),
  },
  {
    code: "mixed-architectures",
    severity: "warning",
    reads: ["accelerator.instanceTypes"],
    check: (workload) => {
      const architectures = [...new Set(typesOf(workload).map(({ type }) => type.architecture))];
      return architectures.length < 2
        ? []
        : [
            {
              path: typesPath,
              message: `the instance types are of ${listOr(architectures, "and")}: the image must be built for both`,
            },
          ];
    },
  },
  {
    code: "no-efa",
    severity: "error",
    reads: ["accelerator.instanceTypes", "accelerator.efa", "nodes"],
    check: (workload) => {
      if (!wantsEfa(workload)) return [];
      const { efa, instanceTypes: named } = sectionOf(workload)!;
      const asked = efa === true;
      if (named === undefined)
        return [
          {
            path: typesPath,
            message: `${asked ? "accelerator.efa is true" : `nodes is ${workload.nodes}, which means EFA`}, and no instance type says how many interfaces a node has`,
            hint: "Write accelerator.instanceTypes, or accelerator.efa: false.",
          },
        ];
      return eachType(workload, ({ instanceType, efaInterfaces }) => {
        if (efaInterfaces !== null && efaInterfaces > 0) return undefined;
        const why =
          efaInterfaces === null
            ? `no source says how many EFA interfaces ${instanceType} has`
            : `${instanceType} has no EFA`;
        return {
          message: asked
            ? `accelerator.efa is true and ${why}`
            : `nodes is ${workload.nodes}, which means EFA, and ${why}`,
          hint: "Choose a type with EFA (aiplat instances list --efa), or write accelerator.efa: false.",
        };
      });
    },
    jsonSchema: () =>
      when(
        wantsEfaSchema,
        all(
          given("accelerator.instanceTypes"),
          onlyOn(namesOf(usable.filter((type) => (type.efaInterfaces ?? 0) > 0))),
        ),
      ),
  },
];
