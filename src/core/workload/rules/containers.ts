/** Rules on the containers beside the workload's own: `init` and `sidecars`. */
import { pathText, listOr, type Path } from "../../base/problem.ts";
import { least } from "../beside-containers.ts";
import { parseMemoryMiB } from "../fields.ts";
import { modelFetchName } from "../model-fetch.ts";
import type { Workload } from "../schema.ts";
import { at, given, not } from "./fragments.ts";
import type { Rule, RuleFinding } from "./rule.ts";
import { sizeBelowPattern } from "./size-pattern.ts";

type Sidecar = NonNullable<Workload["sidecars"]>[number];
type Init = NonNullable<Workload["init"]>[number];

/** One of them, as the file has it, and where. */
export interface WrittenContainer {
  readonly container: Init & Partial<Sidecar>;
  readonly path: Path;
}

const lists = ["init", "sidecars"] as const;

/** The containers of `init` and `sidecars`, in their order. */
export function besideIn(workload: Pick<Workload, "init" | "sidecars">): readonly WrittenContainer[] {
  return lists.flatMap((list) =>
    (workload[list] ?? []).map((container, index) => ({ container, path: [list, index] })),
  );
}

/** The workload's own container, and those beside it: what all of them say. */
export function containersIn(workload: Workload): readonly {
  readonly container: Pick<Workload, "environment" | "secrets">;
  readonly path: Path;
}[] {
  return [{ container: workload, path: [] }, ...besideIn(workload)];
}

/** The secrets of all containers, each with where it stands. */
export function secretsIn(workload: Workload): readonly { readonly name: string; readonly path: Path }[] {
  return containersIn(workload).flatMap(({ container: { secrets = {} }, path }) =>
    Object.keys(secrets).map((name) => ({ name, path: [...path, "secrets", name] })),
  );
}

/** Whether a secret by its name is the workload's own container's: what only others name is theirs. */
export function isOfOwn(workload: Workload, name: string): boolean {
  return (
    Object.hasOwn(workload.secrets ?? {}, name) ||
    !besideIn(workload).some(({ container: { secrets = {} } }) => Object.hasOwn(secrets, name))
  );
}

/** A variable is of a container's environment or one of its secrets. */
export function variablesTwice(containers: ReturnType<typeof containersIn>): readonly RuleFinding[] {
  return containers.flatMap(({ container: { environment = {}, secrets = {} }, path }) =>
    Object.keys(secrets)
      .filter((name) => Object.hasOwn(environment, name))
      .map((name) => ({
        path: [...path, "secrets", name],
        message: `${name} is in environment and in secrets: a container has it once`,
        hint: "Keep one of them.",
      })),
  );
}

const comparesItems = "names and paths that stand in two places: JSON Schema compares no two values";
const named = (what: string) => `${what} has that name`;

/** Who has a name before the containers of the file. */
function namesTaken(workload: Workload): ReadonlyMap<string, string> {
  const taken = new Map([[workload.container ?? workload.name, named("the workload's own container")]]);
  if (workload.model?.path !== undefined)
    taken.set(modelFetchName, "aiplat's container that fetches the model has that name");
  return taken;
}

export const containerRules: readonly Rule[] = [
  {
    code: "container-name-twice",
    severity: "error",
    reads: ["name", "container", "init", "sidecars", "model"],
    check: (workload) => {
      const taken = new Map(namesTaken(workload));
      return besideIn(workload).flatMap(({ container: { name }, path }) => {
        const holder = taken.get(name);
        if (holder === undefined) {
          taken.set(name, named(pathText(path)));
          return [];
        }
        return [
          {
            path: [...path, "name"],
            message: `${pathText(path)} is called ${name}, and ${holder}`,
            hint: "Name it otherwise.",
          },
        ];
      });
    },
    jsonSchema: () => ({}),
    beyondJsonSchema: comparesItems,
  },
  {
    code: "mount-without-volume",
    severity: "error",
    reads: ["init", "sidecars", "volumes"],
    check: (workload) => {
      const paths = (workload.volumes ?? []).map(({ path }) => path);
      return besideIn(workload).flatMap(({ container: { mounts = [] }, path }) =>
        mounts.flatMap((mount, index) =>
          paths.includes(mount)
            ? []
            : [
                {
                  path: [...path, "mounts", index],
                  message: `${pathText([...path, "mounts", index])} ${mount} is the path of no volume`,
                  hint:
                    paths.length === 0
                      ? `Add volumes: [{ path: ${mount}, scratch: 200GiB }], say.`
                      : `Write ${listOr(paths)}, or add a volume with that path.`,
                },
              ],
        ),
      );
    },
    jsonSchema: () => ({}),
    beyondJsonSchema: comparesItems,
  },
  {
    code: "duplicate-mount",
    severity: "error",
    reads: ["init", "sidecars"],
    check: (workload) =>
      besideIn(workload).flatMap(({ container: { mounts = [] }, path }) =>
        mounts.flatMap((mount, index) =>
          mounts.indexOf(mount) === index
            ? []
            : [{ path: [...path, "mounts", index], message: `${mount} is mounted twice`, hint: "Keep one of them." }],
        ),
      ),
    jsonSchema: () => eachContainer(at("mounts", { uniqueItems: true })),
  },
  {
    code: "container-too-small",
    severity: "error",
    reads: ["init", "sidecars"],
    check: (workload) =>
      besideIn(workload).flatMap(({ container: { resources: { cpu, memory } = {} }, path }) => [
        ...(cpu !== undefined && cpu < least.vcpu
          ? [
              {
                path: [...path, "resources", "cpu"],
                message: `${pathText([...path, "resources", "cpu"])} ${cpu} is less than one CPU unit (1/1024 vCPU)`,
                hint: "Write at least 0.001.",
              },
            ]
          : []),
        ...(memory !== undefined && parseMemoryMiB(memory)! < least.memoryMiB
          ? [
              {
                path: [...path, "resources", "memory"],
                message: `${pathText([...path, "resources", "memory"])} ${memory} is less than a container can have`,
                hint: `Write at least ${least.memoryMiB}MiB.`,
              },
            ]
          : []),
      ]),
    jsonSchema: () =>
      eachContainer({
        ...at("resources.cpu", { minimum: least.vcpu }),
        allOf: [at("resources.memory", not({ type: "string", pattern: sizeBelowPattern(least.memoryMiB) }))],
      }),
  },
  {
    code: "shared-without-devices",
    severity: "error",
    reads: ["accelerator", "sidecars"],
    check: (workload) =>
      workload.accelerator === "none"
        ? besideIn(workload).flatMap(({ container: { devices }, path }) =>
            devices === undefined
              ? []
              : [
                  {
                    path: [...path, "devices"],
                    message: `${pathText(path)} shares the workload's devices, and accelerator is none`,
                    hint: "Leave devices out, or write accelerator: { instanceTypes: [inf2.xlarge] }.",
                  },
                ],
          )
        : [],
    jsonSchema: () =>
      not({
        ...given("accelerator", { const: "none" }),
        allOf: [given("sidecars", { type: "array", contains: given("devices") })],
      }),
  },
];

function eachContainer(items: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { allOf: lists.map((list) => at(list, { items })) };
}
