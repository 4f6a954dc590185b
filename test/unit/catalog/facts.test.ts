import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { buckets } from "../../../src/aws/buckets.ts";
import { awsCliImage } from "../../../src/core/catalog/container-images/aws-cli.ts";
import { checkImageDriver, firstNewDriverSdk } from "../../../src/core/catalog/container-images/image-checks.ts";
import { parseImageReference, parseNeuronTag } from "../../../src/core/catalog/container-images/image-reference.ts";
import { lastVllmForAll } from "../../../src/core/catalog/container-images/images.ts";
import { findInstanceType, instanceTypes } from "../../../src/core/catalog/instance-types/catalog.ts";
import {
  amiFamilies,
  amiParameters,
  describeAmiFamily,
} from "../../../src/core/catalog/machine-images/ami-families.ts";
import { regionsToAsk } from "../../../src/core/catalog/machine-images/ami-regions.ts";
import { serves } from "../../../src/core/catalog/machine-images/amis.ts";
import { isLegalSlot, legalSizes, legalSlots } from "../../../src/core/catalog/slots.ts";
import { migProfiles, migProfilesOf } from "../../../src/core/catalog/mig-profiles.ts";
import { tgiImage } from "../../../src/core/models/serving-images.ts";
import { topologyOf } from "../../../src/core/catalog/topology.ts";

/** What stands by hand in src/ and is a fact of facts/ too. */
function facts<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(`../../../facts/${name}`, import.meta.url), "utf8")) as Shape;
}

describe("mig-profiles.json", () => {
  const { profiles } = facts<{ profiles: typeof migProfiles }>("mig-profiles.json");

  test("is what the catalogue has", () => {
    expect(migProfiles).toEqual(profiles);
  });

  test("has every GPU of the catalogue that NVIDIA's MIG user guide lists", () => {
    const divided = instanceTypes.filter((type) => Object.keys(migProfilesOf(type)).length > 0);
    expect([...new Set(divided.map(({ family }) => family))].toSorted()).toEqual([
      "g7e",
      "p4d",
      "p4de",
      "p5",
      "p5e",
      "p5en",
      "p6-b200",
      "p6-b300",
      "p6e-gb200",
    ]);
  });
});

test("container-images.json has the image of TGI", () => {
  const { textGenerationInference } = facts<{ textGenerationInference: { readonly image: string } }>(
    "container-images.json",
  );
  expect(tgiImage).toBe(textGenerationInference.image);
});

test("container-images.json has the image that fetches models", () => {
  const { awsCli } = facts<{ awsCli: { readonly image: string; readonly architectures: readonly string[] } }>(
    "container-images.json",
  );
  expect(awsCliImage).toBe(awsCli.image);
  const architectures = new Set<string>(instanceTypes.map(({ architecture }) => architecture));
  expect(awsCli.architectures.toSorted()).toEqual([...architectures].toSorted());
});

describe("topology.json", () => {
  interface Wiring {
    readonly adjacency?: readonly (readonly number[])[];
    readonly legalSets?: Readonly<Record<string, readonly (readonly number[])[]>>;
  }
  const { types } = facts<{ types: Readonly<Record<string, Wiring>> }>("topology.json");

  test("is of the Neuron types with several devices", () => {
    const several = instanceTypes.filter(({ accelerator: { kind, count } }) => kind === "neuron" && count > 1);
    expect(Object.keys(types).toSorted()).toEqual(several.map(({ instanceType }) => instanceType).toSorted());
  });

  test.each(Object.entries(types))("the slots of %s are the legal sets", (name, { legalSets }) => {
    const type = findInstanceType(name)!;
    for (const [size, sets] of Object.entries(legalSets ?? {})) expect(legalSlots(type, Number(size))).toEqual(sets);
    if (legalSets !== undefined)
      expect(legalSizes(type).filter((size) => size > 1)).toEqual(
        Object.keys(legalSets).flatMap((size) => (size === "1" ? [] : [Number(size)])),
      );
  });

  test.each(Object.entries(types))("the devices of each slot of %s are linked", (name, { adjacency }) => {
    const type = findInstanceType(name)!;
    for (const slot of legalSizes(type).flatMap((size) => legalSlots(type, size))) {
      if (adjacency === undefined) break;
      const reached = new Set([slot[0]!]);
      for (const device of reached) for (const next of adjacency[device]!) if (slot.includes(next)) reached.add(next);
      expect([...reached].toSorted((a, b) => a - b)).toEqual(slot);
    }
    if (adjacency !== undefined) expect(adjacency).toHaveLength(type.accelerator.count);
  });

  test("no type in a ring gives a set that goes around, none in rows one across them", () => {
    expect(isLegalSlot(findInstanceType("inf2.48xlarge")!, [0, 11])).toBe(false);
    expect(isLegalSlot(findInstanceType("trn1.32xlarge")!, [2, 3, 4, 5])).toBe(false);
    expect(topologyOf(findInstanceType("inf2.24xlarge")!)?.wiring).toBe("line of 6");
  });
});

describe("quotas.json", () => {
  const rates = facts<{ ecsApiBuckets: { buckets: Readonly<Record<string, readonly [number, number]>> } }>(
    "quotas.json",
  ).ecsApiBuckets.buckets;
  /** The facts name a bucket, then in brackets its operations. */
  const published: Readonly<Record<keyof typeof buckets, string>> = {
    clusterRead: "Cluster read",
    resourceRead: "Cluster resource read",
    resourceModify: "Cluster resource modify",
    definitionRead: "Task definition read",
    definitionModify: "Task definition modify",
    serviceRead: "Service read",
    serviceModify: "Service modify",
    capacityRead: "Capacity provider read",
  };

  test.each(Object.entries(published))("%s is the bucket '%s'", (name, title) => {
    const [, rate] = Object.entries(rates).find(([each]) => each.replace(/ \(.*$/, "") === title)!;
    const { burst, perSecond } = buckets[name as keyof typeof buckets];
    expect([burst, perSecond]).toEqual(rate);
  });
});

describe("ssm-parameters.json", () => {
  interface Parameter {
    readonly path: string;
    readonly architecture?: string;
    readonly accelerator?: string;
    readonly note?: string;
  }
  const { ecs, ecsBottlerocket, eks } =
    facts<Record<"ecs" | "ecsBottlerocket" | "eks", readonly Parameter[]>>("ssm-parameters.json");
  const kubernetes = "1.33";
  const offered = amiFamilies.flatMap((family) =>
    Object.values(amiParameters(family, kubernetes)).map((path) => ({ path, family })),
  );
  const familiesAt = (path: string) => offered.filter((each) => each.path === path).map(({ family }) => family);
  /** Published, and deliberately no family: AL2022 was a preview. */
  const left = /amazon-linux-2022/;

  test.each([...ecs, ...ecsBottlerocket].filter(({ path }) => !left.test(path)))(
    "$path is a family's",
    ({ path, architecture, accelerator }) => {
      const wanted: unknown = expect.objectContaining({ orchestrator: "ecs", architecture, accelerator });
      expect(familiesAt(path)).toContainEqual(wanted);
    },
  );

  /** `{a,b}` stands for each, `<k8s>` for the version; the paths of one build have no family. */
  const expanded = eks
    .filter(({ path, note }) => note !== "pinned version" && !path.includes("fips"))
    .flatMap(({ path }) => expand(path.replaceAll("<k8s>", kubernetes)));
  function expand(path: string): readonly string[] {
    const group = /\{([^}]*)\}/.exec(path);
    return group === null ? [path] : group[1]!.split(",").flatMap((each) => expand(path.replace(group[0], each)));
  }

  test.each(expanded)("%s is a family's", (path) => {
    expect(familiesAt(path).map(({ orchestrator }) => orchestrator)).toContain("eks");
  });

  test("the image of every accelerated family is among them", () => {
    const known = new Set([...ecs, ...ecsBottlerocket].map(({ path }) => path).concat(expanded));
    const images = amiFamilies
      .filter(({ accelerator, preview }) => accelerator !== "none" && preview !== true)
      .map((family) => amiParameters(family, kubernetes).image);
    expect(images.filter((path) => !known.has(path))).toEqual([]);
  });
});

describe("machine-images.json", () => {
  interface MachineImages {
    readonly cannotServe: readonly { readonly amis: readonly string[]; readonly families: readonly string[] }[];
    readonly bottlerocketPreviews: readonly { readonly variants: readonly string[]; readonly kernel: string }[];
    readonly retired: readonly { readonly variants: readonly string[]; readonly retiredOn: string }[];
    readonly publishedBeyondOfferings: readonly {
      readonly orchestrator: string;
      readonly os: readonly string[];
      readonly accelerator: string;
      readonly regions: readonly string[];
    }[];
    readonly drivers: readonly {
      readonly os: string;
      readonly kernel?: string;
      readonly families?: readonly string[];
      readonly driver: string;
      readonly lastDriverForInf1?: string;
    }[];
    readonly hostSettings: readonly { readonly instanceTypes: readonly string[]; readonly setting: string }[];
  }
  const known = facts<MachineImages>("machine-images.json");
  const variantOf = ({ parameter }: { parameter: string }) => /bottlerocket\/([a-z0-9-]+)\//.exec(parameter)?.[1];

  test.each(known.cannotServe.flatMap(({ amis, families }) => amis.map((ami) => [ami, families] as const)))(
    "%s does not serve %j",
    (ami, families) => {
      // Bottlerocket's facts are of all its variants.
      const meant = amiFamilies.filter((family) => {
        const { orchestrator, os, accelerator } = family;
        const name = describeAmiFamily(family);
        return os === "bottlerocket" ? ami === `${orchestrator} ${os} ${accelerator}` : name.startsWith(`${ami} `);
      });
      expect(meant.length).toBeGreaterThan(0);
      const types = instanceTypes.filter(({ family }) => families.includes(family));
      expect(meant.flatMap((family) => types.filter((type) => serves(family, type)))).toEqual([]);
    },
  );

  test("Bottlerocket's previews and ended variants are marked, its current one is not", () => {
    const standing = new Map(amiFamilies.map((family) => [variantOf(family), family]));
    for (const { variants, kernel } of known.bottlerocketPreviews)
      for (const variant of variants) expect(standing.get(variant)).toMatchObject({ preview: true, kernel });
    for (const { variants, retiredOn } of known.retired)
      for (const variant of variants) expect(standing.get(variant)).toMatchObject({ retiredOn });
    for (const variant of ["aws-ecs-2", "aws-ecs-2-nvidia"])
      expect(standing.get(variant)).not.toMatchObject({ kernel: expect.anything() as string });
  });

  test("where images are published though no type is offered is asked too", () => {
    for (const { orchestrator, os, accelerator, regions } of known.publishedBeyondOfferings) {
      const of = amiFamilies.filter(
        (family) =>
          family.orchestrator === orchestrator && os.includes(family.os) && family.accelerator === accelerator,
      );
      expect(of.length).toBeGreaterThan(0);
      for (const family of of)
        expect(regionsToAsk([family], "neuron", undefined)).toEqual(expect.arrayContaining([...regions]));
    }
  });

  test("which driver an image stays on is the families' pin", () => {
    for (const { os, kernel, families, driver } of known.drivers) {
      const pinned = amiFamilies.filter(
        (each) =>
          each.accelerator === "neuron" &&
          each.os === os &&
          each.pinnedDriver !== undefined &&
          (kernel === undefined || (each.kernel ?? "4.14") === kernel),
      );
      expect(pinned.length).toBeGreaterThan(0);
      for (const each of pinned)
        expect(each.pinnedDriver).toEqual({ version: driver, ...(families === undefined ? {} : { onlyOn: families }) });
    }
  });
});

describe("neuron-images.json", () => {
  const { lifecycle, publicNeuron, neuronTagRegex } = facts<{
    lifecycle: readonly string[];
    neuronTagRegex: string;
    publicNeuron: readonly { readonly repository: string; readonly allTags: readonly string[] }[];
  }>("neuron-images.json");
  const sentences = lifecycle.join("\n");

  test("says from which SDK on a newer driver is needed", () => {
    const [, sdk, driver] = /images of SDK ([\d.]+)\+ need host driver newer than ([\d.]+)/.exec(sentences)!;
    expect(firstNewDriverSdk).toBe(sdk);
    const image = parseImageReference(`x:0.10.0-neuronx-py313-sdk${sdk}.0-ubuntu24.04`);
    expect(checkImageDriver(image, `${driver}.9`, "the host", "inf2")).toHaveLength(1);
    expect(checkImageDriver(image, `2.${Number(driver!.split(".")[1]) + 1}.0`, "the host", "inf2")).toEqual([]);
  });

  test("says which vLLM was the last for trn1 and inf2", () => {
    expect(sentences).toContain(`vLLM ${lastVllmForAll} images (the last ones for trn1/inf2)`);
  });

  test("has no tag that is read otherwise than its own pattern says", () => {
    const pattern = new RegExp(neuronTagRegex);
    const tags = publicNeuron.flatMap(({ allTags }) => allTags).filter((tag) => pattern.test(tag));
    expect(tags.length).toBeGreaterThan(20);
    expect(tags.map(parseNeuronTag)).toMatchObject(
      tags.map((tag) => {
        const { fw: framework, sdk, py: python, os } = pattern.exec(tag)!.groups!;
        return { framework, sdk, python, os };
      }),
    );
  });
});
