import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { definitionOf, kinds } from "../../../src/core/kubernetes/kinds.ts";
import { generateManifests, resolveForKubernetes } from "../../../src/core/kubernetes/generate.ts";
import { podSecurityBreaches, podsIn, strictestLevel } from "../../../src/core/kubernetes/pod-security.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { generate, workloadOf } from "../../support/kubernetes-workloads.ts";

const hardened = {
  runAsUser: 1000,
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};
const pod = (securityContext: object = hardened, more: object = {}, container: object = {}) => ({
  containers: [{ name: "a", image: "a:1", securityContext, ...container }],
  ...more,
});
const levelOf = (spec: object) => strictestLevel(podSecurityBreaches({ spec: { ...spec } }));

// The rows of https://kubernetes.io/docs/concepts/security/pod-security-standards/.
describe("the level of a pod", () => {
  it.each<readonly [string, object, string]>([
    ["all that restricted asks for", pod(), "restricted"],
    [
      "the same from the pod",
      pod(
        { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        { securityContext: { runAsNonRoot: true, seccompProfile: { type: "Localhost" } } },
      ),
      "restricted",
    ],
    [
      "NET_BIND_SERVICE",
      pod({ ...hardened, capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }),
      "restricted",
    ],
    [
      "volumes of Kubernetes' own",
      pod(hardened, {
        volumes: [
          { name: "a", emptyDir: {} },
          { name: "b", csi: {} },
        ],
      }),
      "restricted",
    ],
    ["nothing said", pod({}), "baseline"],
    ["privilege escalation", pod({ ...hardened, allowPrivilegeEscalation: undefined }), "baseline"],
    ["root", pod({ ...hardened, runAsUser: 0 }), "baseline"],
    ["root of the pod", pod(hardened, { securityContext: { runAsUser: 0 } }), "baseline"],
    [
      "no runAsNonRoot",
      pod({ ...hardened, runAsNonRoot: false }, { securityContext: { runAsNonRoot: true } }),
      "baseline",
    ],
    ["no seccomp profile", pod({ ...hardened, seccompProfile: undefined }), "baseline"],
    ["capabilities kept", pod({ ...hardened, capabilities: { drop: ["CHOWN"] } }), "baseline"],
    ["a capability of baseline", pod({ ...hardened, capabilities: { drop: ["ALL"], add: ["CHOWN"] } }), "baseline"],
    ["a volume of a network", pod(hardened, { volumes: [{ name: "a", nfs: {} }] }), "baseline"],
    ["a sidecar that says nothing", { containers: [...pod().containers, { name: "b" }] }, "baseline"],
    ["an init container that says nothing", pod(hardened, { initContainers: [{ name: "b" }] }), "baseline"],
    ["IPC_LOCK", pod({ ...hardened, capabilities: { drop: ["ALL"], add: ["IPC_LOCK"] } }), "privileged"],
    ["privileged", pod({ ...hardened, privileged: true }), "privileged"],
    ["the host's network", pod(hardened, { hostNetwork: true }), "privileged"],
    ["a path of the host", pod(hardened, { volumes: [{ name: "a", hostPath: { path: "/" } }] }), "privileged"],
    ["a port of the host", pod(hardened, {}, { ports: [{ containerPort: 80, hostPort: 80 }] }), "privileged"],
    [
      "a port of the host that is none",
      pod(hardened, {}, { ports: [{ containerPort: 80, hostPort: 0 }] }),
      "restricted",
    ],
    [
      "a probe of another host",
      pod(hardened, {}, { livenessProbe: { httpGet: { port: 80, host: "10.0.0.1" } } }),
      "privileged",
    ],
    ["seccomp unconfined", pod({ ...hardened, seccompProfile: { type: "Unconfined" } }), "privileged"],
    ["AppArmor unconfined", pod({ ...hardened, appArmorProfile: { type: "Unconfined" } }), "privileged"],
    ["SELinux of another type", pod({ ...hardened, seLinuxOptions: { type: "spc_t" } }), "privileged"],
    ["proc unmasked", pod({ ...hardened, procMount: "Unmasked" }), "privileged"],
    [
      "a sysctl that is not safe",
      pod(hardened, { securityContext: { sysctls: [{ name: "kernel.msgmax", value: "1" }] } }),
      "privileged",
    ],
    [
      "a sysctl that is safe",
      pod(hardened, { securityContext: { sysctls: [{ name: "net.ipv4.tcp_rmem", value: "1" }] } }),
      "restricted",
    ],
  ])("with %s", (_, spec, level) => {
    expect(levelOf(spec)).toBe(level);
  });
});

const base = { name: "bert", image: "bert:1" };
const levelOfWorkload = (change: Partial<Workload>) =>
  strictestLevel(
    generate({ ...base, ...change })
      .flatMap((each) => podsIn(each))
      .flatMap(podSecurityBreaches),
  );
const on = (instanceType: string, more: object = {}) => ({ accelerator: { instanceTypes: [instanceType], ...more } });

describe("the level that a workload needs", () => {
  it.each<readonly [string, Partial<Workload>, string]>([
    ["Neuron devices", on("inf2.24xlarge"), "baseline"],
    ["GPUs", on("g5.xlarge"), "baseline"],
    ["no accelerator", { accelerator: "none" }, "baseline"],
    ["EFA", on("trn1.32xlarge", { efa: true }), "privileged"],
    ["a user of its own", { ...on("inf2.24xlarge"), user: 1000 }, "restricted"],
    ["root", { ...on("inf2.24xlarge"), user: 0 }, "baseline"],
    ["a user of its own and EFA", { ...on("trn1.32xlarge", { efa: true }), user: 1000 }, "privileged"],
    ["a port of the host", { ...on("g5.xlarge"), ports: [{ container: 80, host: 8080 }] }, "privileged"],
  ])("with %s", (_, change, level) => {
    expect(levelOfWorkload(change)).toBe(level);
  });

  it("counts profiles in annotations of the pod", () => {
    const annotated = (profile: string): Partial<Workload> => ({
      ...on("g5.xlarge"),
      eks: { pod: { metadata: { annotations: { "container.apparmor.security.beta.kubernetes.io/bert": profile } } } },
    });
    expect(
      ["runtime/default", "localhost/own", "unconfined"].map((profile) => levelOfWorkload(annotated(profile))),
    ).toEqual(["baseline", "baseline", "privileged"]);
  });

  it("is said where it keeps nothing off, with the reason and the mend", () => {
    const warnings = (change: Partial<Workload>) =>
      generateManifests(resolveForKubernetes({ ...base, ...change }))
        .warnings.filter(({ code }) => code === "pod-security")
        .map(({ message, hint }) => [message, hint]);
    expect(warnings({ ...on("inf2.24xlarge"), user: 1000 })).toEqual([]);
    expect(warnings(on("inf2.24xlarge"))).toEqual([]);
    expect(warnings({ ...on("trn1.32xlarge", { efa: true }), eks: { namespace: "ml" } })).toEqual([
      [
        "the pods need the Pod Security level privileged: container bert adds the capability IPC_LOCK",
        "A namespace that enforces another refuses them: kubectl label namespace ml " +
          "pod-security.kubernetes.io/enforce=privileged --overwrite.",
      ],
    ]);
  });

  it("is said where containers beside the workload's keep it from what its user meets", () => {
    const change = { ...on("inf2.24xlarge"), user: 1000, sidecars: [{ name: "metrics", image: "metrics:1" }] };
    const said = (more: Partial<Workload>) =>
      generateManifests(resolveForKubernetes({ ...base, ...change, ...more }))
        .warnings.filter(({ code }) => code === "pod-security-beside")
        .map(({ message }) => message);
    expect([levelOfWorkload(change), said({})]).toEqual([
      "baseline",
      [
        "the pods meet the Pod Security level baseline and not restricted, though there is a user: of metrics nothing is " +
          "said, since their images may need root",
      ],
    ]);
    expect(said({ user: 0 })).toEqual([]);
    const securityContext = {
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    };
    expect(said({ eks: { pod: { spec: { initContainers: [{ name: "metrics", securityContext }] } } } })).toEqual([]);
  });

  it("is restricted in every kind that carries a user of its own, coordinators included", () => {
    const carrying = kinds.filter(
      (kind) =>
        definitionOf(kind).unsupportedFields({
          ...resolveForKubernetes(
            { ...workloadOf({ kind, accelerator: "neuron", devices: "one device", nodes: 1 }), user: 1000 },
            kind,
          ).workload,
        }).length === 0,
    );
    const levels = carrying.map((kind) => {
      const workload = workloadOf({ kind, accelerator: "neuron", devices: "one device", nodes: 1 });
      return strictestLevel(
        generate({ ...workload, user: 1000 }, kind)
          .flatMap((each) => podsIn(each))
          .flatMap(podSecurityBreaches),
      );
    });
    expect(new Set(levels)).toEqual(new Set(["restricted"]));
    expect(kinds.filter((kind) => !carrying.includes(kind))).toEqual(["MPIJob"]);
  });

  it("is lost with EFA by the pods that have it alone", () => {
    const levels = generate({ ...base, ...on("trn1.32xlarge"), nodes: 2 }, "RayCluster")
      .flatMap((each) => podsIn(each))
      .map((each) => strictestLevel(podSecurityBreaches(each)));
    expect(levels).toEqual(["baseline", "privileged"]);
  });

  it("is one of the three for any document", () => {
    fc.assert(
      fc.property(
        fc.object({ key: fc.constantFrom("containers", "securityContext", "volumes", "add", "name"), maxDepth: 4 }),
        (value) => {
          expect(["restricted", "baseline", "privileged"]).toContain(
            strictestLevel(podsIn(value).flatMap(podSecurityBreaches)),
          );
        },
      ),
    );
  });
});
