// What a container runs and how, in every kind.
import { describe, expect, it } from "vitest";
import { definitionOf, kinds, type Kind } from "../../../src/core/kubernetes/kinds.ts";
import { takesPodFields } from "../../../src/core/kubernetes/pod-fields.ts";
import { podsIn } from "../../../src/core/kubernetes/pod-security.ts";
import { eksRules } from "../../../src/core/kubernetes/rules.ts";
import type { PodSpec } from "../../../src/core/kubernetes/manifest.ts";
import { Refusal } from "../../../src/core/base/problem.ts";
import { runRules } from "../../../src/core/workload/rules/rule.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { neededBy } from "../../../src/targets-reference/needed-by.ts";
import { acceleratedPods, generate } from "../../support/kubernetes-workloads.ts";

const base = { name: "bert", image: "repo/bert:1", accelerator: { instanceTypes: ["inf2.xlarge"] } } satisfies Workload;
const entryPoint = ["/opt/run.sh", "$(HOME)"];

/** With what the kind cannot be without. */
function manifestsOf(kind: Kind, change: Partial<Workload>) {
  const { scheduled } = definitionOf(kind);
  const needed = { ...neededBy[kind], ...(scheduled === true ? { schedule: "@daily" } : {}) };
  return generate({ ...base, ...needed, ...change }, kind);
}

const specsOf = (kind: Kind, change: Partial<Workload>) =>
  manifestsOf(kind, change).flatMap((each) => podsIn(each).map(({ spec }) => spec as unknown as PodSpec));

/** Kinds whose controller starts its own program in the pods of the devices. */
const ownProgram: ReadonlySet<Kind> = new Set(["MPIJob", "RayCluster", "RayJob", "RayService", "SparkApplication"]);
const others = kinds.filter((kind) => !ownProgram.has(kind));

describe("entryPoint", () => {
  it.each(others)("is the command of the container in %s, and command its args", (kind) => {
    const [container] = acceleratedPods(manifestsOf(kind, { entryPoint, command: ["serve"] }))[0]!.containers;
    expect(container).toMatchObject({ command: ["/opt/run.sh", "$$(HOME)"], args: ["serve"] });
  });

  it("is the launcher's in an MPIJob, whose workers run sshd", () => {
    const [job] = manifestsOf("MPIJob", { entryPoint, command: ["train.py"] });
    const { Launcher, Worker } = (job!["spec"] as { mpiReplicaSpecs: Record<string, { template: { spec: PodSpec } }> })
      .mpiReplicaSpecs;
    expect(Launcher!.template.spec.containers[0]).toMatchObject({
      command: ["/opt/run.sh", "$$(HOME)"],
      args: ["train.py"],
    });
    expect(Worker!.template.spec.containers[0]).not.toHaveProperty("command");
    expect(Worker!.template.spec.containers[0]).not.toHaveProperty("args");
  });

  it.each([
    [{ entryPoint: ["python", "-u"], command: ["train.py"] }, "python -u train.py"],
    [{ entryPoint: ["python", "train.py"] }, "python train.py"],
  ])("is the beginning of what a RayJob submits: %j", (change, submitted) => {
    const [job] = manifestsOf("RayJob", change);
    expect(job!["spec"]).toMatchObject({ entrypoint: submitted });
    expect(JSON.stringify(acceleratedPods([job!]))).not.toContain('"command"');
  });

  it("is the beginning of what a RayService serves", () => {
    const [service] = manifestsOf("RayService", { entryPoint: ["serve", "run"], command: ["app:model"] });
    expect(service!["spec"]).toMatchObject({ serveConfigV2: expect.stringContaining("import_path: app:model") });
  });

  it("is refused by name where Ray alone runs", () => {
    expect(() => manifestsOf("RayCluster", { entryPoint })).toThrow(Refusal);
    expect(() => manifestsOf("RayCluster", { entryPoint })).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ path: ["entryPoint"], code: "kind-limit" })],
      }),
    );
  });
});

describe("workingDirectory, readOnlyRoot and stop", () => {
  const words: Partial<Workload> = {
    workingDirectory: "/workspace",
    readOnlyRoot: true,
    stop: { timeoutSeconds: 600 },
  };

  it.each(kinds.filter((kind) => takesPodFields(kind, ["terminationGracePeriodSeconds"], { nodes: 1, replicas: 1 })))(
    "are of every pod of %s",
    (kind) => {
      const ownWords = kind === "RayCluster" || kind === "LLMInferenceService";
      const command = ownWords ? {} : { command: ["serve", "run", "app:model"] };
      const specs = specsOf(kind, { ...words, ...command });
      expect(specs.length).toBeGreaterThan(0);
      for (const spec of specs) {
        expect(spec.terminationGracePeriodSeconds).toBe(600);
        expect(spec.containers[0]).toMatchObject({
          workingDir: "/workspace",
          securityContext: { readOnlyRootFilesystem: true },
        });
      }
    },
  );

  it("leave a user of its own all that restricted asks for", () => {
    const [spec] = specsOf("Deployment", { ...words, user: 1000 });
    expect(spec!.containers[0]!.securityContext).toEqual({
      runAsUser: 1000,
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
      readOnlyRootFilesystem: true,
    });
  });
});

it("refuses ulimits by name, with what to do instead", () => {
  const found = runRules(eksRules, { ...base, ulimits: { nofile: 65_536, memlock: -1 } }, []);
  expect(found.map(({ code, path }) => [code, path!.join(".")])).toEqual([
    ["ulimits-on-eks", "ulimits.nofile"],
    ["ulimits-on-eks", "ulimits.memlock"],
  ]);
  expect(found.map(({ hint }) => hint)).toEqual([
    expect.stringContaining("containerd"),
    expect.stringContaining("IPC_LOCK"),
  ]);
});
