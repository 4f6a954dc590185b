import { describe, expect, it } from "vitest";
import { noteDefaults } from "../../../src/core/ecs/changed-defaults.ts";
import { diffTaskDefinitions } from "../../../src/core/ecs/diff.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import type { Raw } from "../../../src/core/base/merge.ts";
import { ecsWorkload } from "../../support/ecs-workload.ts";

/** The noted paths of what registering the workload changes, where somebody else's definition was registered before. */
function notes(
  change: Partial<Workload>,
  before: (container: Raw) => Raw,
  beforeThat: (definition: Raw) => Raw = (definition) => definition,
): readonly string[] {
  const { workload, variants } = ecsWorkload(change);
  const { definition } = variants[0]!;
  const registered = {
    ...beforeThat(definition as unknown as Raw),
    containerDefinitions: definition.containerDefinitions.map((each) => before(each as unknown as Raw)),
  };
  const changes = noteDefaults(workload, diffTaskDefinitions(definition as unknown as Raw, registered));
  return changes.map(({ path, note }) => `${path}: ${note}`);
}

const gpus: Partial<Workload> = { accelerator: { instanceTypes: ["g5.12xlarge"] } };
const neuron: Partial<Workload> = { accelerator: { instanceTypes: ["inf2.24xlarge"] } };
const size = "containerDefinitions[bert].linuxParameters.sharedMemorySize";

const withoutSize = ({ linuxParameters, ...container }: Raw): Raw => {
  const { sharedMemorySize: _, ...rest } = linuxParameters as Raw;
  return Object.keys(rest).length === 0 ? container : { ...container, linuxParameters: rest };
};

const withoutPlatform = (whole: Raw): Raw => {
  const { runtimePlatform: _, ...definition } = whole;
  return definition;
};

describe("a default that changed", () => {
  it("is named where it alone changes what is registered", () => {
    expect(notes(gpus, withoutSize)).toEqual([
      "containerDefinitions[bert].linuxParameters: aiplat's default since 0.2.0",
    ]);
    expect(notes(neuron, withoutSize)).toEqual([`${size}: aiplat's default since 0.2.0`]);
  });

  it("is named on Managed Instances: every GPU, and the platform of arm64", () => {
    const managed = (type: string, raw: Raw = {}): Partial<Workload> => ({
      accelerator: { instanceTypes: [type] },
      ecs: { capacity: "managed-instances", taskDefinition: raw },
    });
    const asked = (value: string) => (container: Raw) => ({
      ...container,
      resourceRequirements: [{ type: "GPU", value }],
    });
    const value = "containerDefinitions[bert].resourceRequirements[GPU].value";
    expect(notes(managed("g5.12xlarge"), asked("4"))).toEqual([`${value}: aiplat's default since 0.2.0`]);
    expect(notes(managed("g5.12xlarge"), asked("2"))).toEqual([`${value}: undefined`]);
    const all = { containerDefinitions: [{ name: "bert", resourceRequirements: [{ type: "GPU", value: "ALL" }] }] };
    expect(notes(managed("g5.12xlarge", all), asked("4"))).toEqual([`${value}: undefined`]);
    const platform = (raw?: Raw) => notes(managed("g5g.xlarge", raw), (container) => container, withoutPlatform);
    expect(platform()).toEqual(["runtimePlatform: aiplat's default since 0.2.0"]);
    expect(platform({ runtimePlatform: { cpuArchitecture: "ARM64" } })).toEqual(["runtimePlatform: undefined"]);
  });

  it("is not named where the file says it, in whatever way", () => {
    expect(notes({ ...neuron, sharedMemory: "4GiB" }, withoutSize)).toEqual([`${size}: undefined`]);
    const raw = { containerDefinitions: [{ name: "bert", linuxParameters: { sharedMemorySize: 4_096 } }] };
    expect(notes({ ...neuron, ecs: { taskDefinition: raw } }, withoutSize)).toEqual([`${size}: undefined`]);
  });

  it("is not named where another size was registered, nor at any other change", () => {
    const other = (container: Raw): Raw => ({
      ...container,
      image: "other:1",
      linuxParameters: { ...(container["linuxParameters"] as Raw), sharedMemorySize: 128 },
    });
    expect(notes(neuron, other)).toEqual(["containerDefinitions[bert].image: undefined", `${size}: undefined`]);
  });
});
