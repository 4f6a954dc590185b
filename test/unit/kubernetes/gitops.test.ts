import { describe, expect, it } from "vitest";
import {
  generateManifests,
  resolveForKubernetes,
  type GeneratedManifests,
} from "../../../src/core/kubernetes/generate.ts";
import { gitopsKinds, gitopsTools, type GitopsSettings, type GitopsTool } from "../../../src/core/kubernetes/gitops.ts";
import { definitionOf, kinds, type Kind } from "../../../src/core/kubernetes/kinds.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { missingCrdSchemas, schemaProblems } from "../../support/kubernetes-schemas.ts";
import { workloadOf } from "../../support/kubernetes-workloads.ts";

const noSchemas = missingCrdSchemas();
const settings: GitopsSettings = {
  tool: "flux",
  repoUrl: "https://github.com/acme/platform",
  path: "k8s/bert",
  revision: "main",
};

const made = (change: Partial<GitopsSettings>, workload: Partial<Workload> = {}, kind: Kind = "Deployment") =>
  generateManifests(
    resolveForKubernetes(
      { ...workloadOf({ kind, accelerator: "nvidia", devices: "one device", nodes: 1 }), ...workload },
      kind,
    ),
    { gitops: { ...settings, ...change } },
  );

describe("what applies the manifests out of Git", () => {
  it.each(gitopsTools)("of %s is as its schema has it, and none of what it applies", async (tool) => {
    const { gitops, manifests } = made({ tool });
    expect(gitops.map(({ kind }) => kind)).toEqual(gitopsKinds[tool]);
    expect(manifests.filter(({ kind }) => gitopsKinds[tool].includes(kind))).toEqual([]);
    if (!noSchemas) expect((await Promise.all(gitops.map(schemaProblems))).flat()).toEqual([]);
  });

  it("says the same of repository, folder, revision and namespace by either tool", () => {
    expect(made({ tool: "argocd" }).gitops[0]).toMatchObject({
      metadata: { name: "bert", namespace: "argocd" },
      spec: {
        source: { repoURL: settings.repoUrl, path: "k8s/bert", targetRevision: "main" },
        destination: { namespace: "ml" },
      },
    });
    const [repository, kustomization] = made({}).gitops;
    expect(repository).toMatchObject({
      metadata: { name: "bert", namespace: "flux-system" },
      spec: { url: settings.repoUrl, ref: { branch: "main" } },
    });
    expect(kustomization).toMatchObject({
      metadata: { name: "bert", namespace: "flux-system" },
      spec: { path: "./k8s/bert", prune: true, sourceRef: { kind: "GitRepository", name: repository!.metadata.name } },
    });
  });

  it.each([
    ["main", { branch: "main" }],
    ["release/2", { branch: "release/2" }],
    ["refs/tags/v1", { name: "refs/tags/v1" }],
    ["0123456789012345678901234567890123456789", { commit: "0123456789012345678901234567890123456789" }],
  ])("has Flux take %s for what it is", (revision, ref) => {
    expect(made({ revision }).gitops[0]!["spec"]).toMatchObject({ ref });
  });

  it("is reached by eks.companions", () => {
    const companions = { Application: { spec: { project: "ml", syncPolicy: null } } };
    const { gitops, warnings } = made({ tool: "argocd" }, { eks: { namespace: "ml", companions } });
    expect(gitops[0]!["spec"]).toMatchObject({ project: "ml" });
    expect(gitops[0]!["spec"]).not.toHaveProperty("syncPolicy");
    expect(warnings.filter(({ code }) => code === "companion-absent")).toEqual([]);
    expect(made({ tool: "flux" }, { eks: { namespace: "ml", companions } }).warnings).toContainEqual(
      expect.objectContaining({ code: "companion-absent", hint: "There is one with --gitops argocd." }),
    );
  });

  it("has Argo CD apply first what the API server wants there, and Flux, which cannot, none of it", () => {
    const ordered = kinds.filter((kind) => definitionOf(kind).companionsFirst === true);
    expect(ordered).not.toEqual([]);
    for (const kind of ordered) {
      const { manifests } = made({ tool: "argocd" }, {}, kind);
      const waves = manifests.map(({ metadata }) => metadata.annotations?.["argocd.argoproj.io/sync-wave"]);
      expect(waves).toEqual([...manifests.slice(1).map(() => "-1"), undefined]);
      expect(() => made({ tool: "flux" }, {}, kind)).toThrow(`refuses a ${kind} as long as`);
    }
    expect(JSON.stringify(made({ tool: "argocd" }).manifests)).not.toContain("sync-wave");
  });

  it("has Argo CD apply a kind of Gatekeeper's after what it is made of, and Flux, which cannot, none of it", () => {
    const target = resolveForKubernetes(
      workloadOf({ kind: "Deployment", accelerator: "nvidia", devices: "one device", nodes: 1 }),
      "Deployment",
    );
    const governed = (tool?: GitopsTool) =>
      generateManifests(target, {
        extras: ["pdb", "gatekeeper-policy"],
        ...(tool === undefined ? {} : { gitops: { ...settings, tool } }),
      });
    const annotations = ({ manifests }: GeneratedManifests) =>
      manifests.map(({ kind, metadata }) => [kind, metadata.annotations]);
    const plain = annotations(governed());
    expect(plain.map(([kind]) => kind)).toEqual([
      "Deployment",
      "PodDisruptionBudget",
      "ConstraintTemplate",
      "AiplatAccelerators",
    ]);
    expect(annotations(governed("argocd"))).toEqual([
      ...plain.slice(0, 2),
      ["ConstraintTemplate", { "argocd.argoproj.io/sync-wave": "-1" }],
      ["AiplatAccelerators", { "argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true" }],
    ]);
    const said = (tool?: GitopsTool) => governed(tool).warnings.map(({ code }) => code);
    expect([said(), said("argocd")]).toEqual([["template-first"], []]);
    expect(() => governed("flux")).toThrow(
      "--gitops flux: Flux tries all of a folder before it applies any, and the API server knows no AiplatAccelerators of --with gatekeeper-policy as long as its ConstraintTemplate is not there",
    );
  });

  it("is refused without a namespace, and for an address that a GitRepository does not take", () => {
    expect(() => made({ tool: "argocd" }, { eks: {} })).toThrow("names no namespace");
    expect(() => made({ repoUrl: "git@github.com:acme/platform.git" })).toThrow(
      "--repo-url git@github.com:acme/platform.git: a GitRepository takes http, https and ssh",
    );
    expect(made({ tool: "argocd", repoUrl: "git@github.com:acme/platform.git" }).gitops).toHaveLength(1);
  });
});
