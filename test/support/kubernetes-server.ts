import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { formatManifests } from "../../src/output/yaml.ts";
import type { Manifest } from "../../src/core/kubernetes/manifest.ts";
import { crdSchemas } from "./kubernetes-schemas.ts";
import { freePort } from "./moto.ts";

const assets = process.env["KUBEBUILDER_ASSETS"];

/**
 * Whether the servers are missing, for `describe.skipIf`: the environment variable KUBEBUILDER_ASSETS names the folder
 * of etcd and kube-apiserver, as for controller-runtime's envtest; `npm run apiserver` prints one.
 */
export function missingServers(...names: readonly string[]): boolean {
  const missing = names.filter((name) => assets === undefined || !existsSync(join(assets, name)));
  if (missing.length === 0) return false;
  const why = assets === undefined ? "KUBEBUILDER_ASSETS is not set" : `${assets} has no ${missing.join(", ")}`;
  process.stderr.write(`SKIPPED: ${why}\n`);
  return true;
}

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Kubernetes API server of its own, without nodes and controllers. */
export interface KubernetesServer {
  /** `https://127.0.0.1:43210`. */
  readonly url: string;
  readonly kubeconfig: string;
  kubectl(args: readonly string[], manifests?: readonly object[], cwd?: string): Promise<KubectlResult>;
  /** The same, where it has to succeed. */
  create(manifests: readonly object[]): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts etcd, kube-apiserver and, where asked for, kube-scheduler on free loopback ports.
 *
 * The service accounts' controller does not run, so their admission is off; nor does the one of nodes, which would take
 * off the taint that new ones get.
 */
export async function startKubernetes({ scheduler = false } = {}): Promise<KubernetesServer> {
  const folder = await mkdtemp(join(tmpdir(), "aiplat-kubernetes-"));
  const at = (name: string) => join(folder, name);
  const processes: ChildProcess[] = [];
  const start = (name: string, flags: Readonly<Record<string, string>>) => {
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    const child = spawn(join(assets!, name), args, { stdio: ["ignore", "ignore", "pipe"] });
    let log = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (log = (log + text).slice(-4000)));
    processes.push(child);
    return () => (child.exitCode === null ? undefined : `${name} ended with ${child.exitCode}: ${log}`);
  };
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  const [clientUrl, peerUrl, url] = [
    `http://127.0.0.1:${client}`,
    `http://127.0.0.1:${peer}`,
    `https://127.0.0.1:${port}`,
  ];
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  await writeFile(at("accounts.pem"), key.export({ type: "pkcs1", format: "pem" }));
  await writeFile(at("tokens"), 'token,admin,admin,"system:masters"\n');
  const kubeconfig = at("kubeconfig");
  await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(url)));
  const etcdEnded = start("etcd", {
    "data-dir": at("etcd"),
    "listen-client-urls": clientUrl,
    "advertise-client-urls": clientUrl,
    "listen-peer-urls": peerUrl,
    "initial-advertise-peer-urls": peerUrl,
    "initial-cluster": `default=${peerUrl}`,
    "unsafe-no-fsync": "true",
  });
  const serverEnded = start("kube-apiserver", {
    "etcd-servers": clientUrl,
    "cert-dir": at("certificates"),
    "bind-address": "127.0.0.1",
    "secure-port": String(port),
    "service-cluster-ip-range": "10.0.0.0/24",
    "service-account-issuer": "https://kubernetes.default.svc",
    "service-account-signing-key-file": at("accounts.pem"),
    "service-account-key-file": at("accounts.pem"),
    "token-auth-file": at("tokens"),
    "authorization-mode": "RBAC",
    "allow-privileged": "true",
    "disable-admission-plugins": "ServiceAccount,TaintNodesByCondition",
  });
  const kubectl: KubernetesServer["kubectl"] = (args, manifests, cwd) => runKubectl(kubeconfig, args, manifests, cwd);
  const server: KubernetesServer = {
    url,
    kubeconfig,
    kubectl,
    create: async (manifests) => {
      const { code, stderr } = await kubectl(["create", "--validate=false", "-f", "-"], manifests);
      if (code !== 0) throw new Error(stderr);
    },
    stop: async () => {
      for (const child of processes.toReversed())
        if (child.exitCode === null) {
          child.kill("SIGKILL");
          await once(child, "exit");
        }
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
  try {
    for (;;) {
      const ended = etcdEnded() ?? serverEnded();
      if (ended !== undefined) throw new Error(ended);
      if ((await kubectl(["get", "--raw", "/readyz"])).stdout === "ok") break;
      await pause(200);
    }
    if (scheduler)
      start("kube-scheduler", {
        kubeconfig,
        "authentication-kubeconfig": kubeconfig,
        "authorization-kubeconfig": kubeconfig,
        "leader-elect": "false",
        "bind-address": "127.0.0.1",
        "secure-port": String(await freePort()),
        "cert-dir": at("scheduler-certificates"),
      });
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function kubeconfigOf(server: string): object {
  const name = "test";
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name, user: { token: "token" } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: "ml" } }],
    "current-context": name,
  };
}

function runKubectl(
  kubeconfig: string,
  args: readonly string[],
  manifests: readonly object[] = [],
  cwd = dirname(kubeconfig),
): Promise<KubectlResult> {
  return new Promise((resolve, reject) => {
    const child = spawn("kubectl", ["--kubeconfig", kubeconfig, ...args], {
      cwd,
      // kubectl keeps what it discovers at home.
      env: { PATH: process.env["PATH"] ?? "", HOME: dirname(kubeconfig) },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin
      .on("error", () => undefined)
      .end(manifests.length === 0 ? "" : formatManifests(manifests as readonly Manifest[]));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}

/** Kinds of the whole cluster among those of CRD_SCHEMAS. */
const clusterWide: ReadonlySet<string> = new Set([
  "ClusterQueue",
  "ResourceFlavor",
  "Topology",
  "NodePool",
  "NodeOverlay",
  "EC2NodeClass",
  "ClusterTrainingRuntime",
  "VolumeSnapshotContent",
]);

/** The definitions of the custom resources in CRD_SCHEMAS, with the rules that they publish. */
export function customResourceDefinitions(): readonly object[] {
  return crdSchemas().map(({ group, kind, versions }) => {
    const names = Object.keys(versions);
    const plural = kind.endsWith("s") ? `${kind.toLowerCase()}es` : `${kind.toLowerCase()}s`;
    return {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: {
        name: `${plural}.${group}`,
        // For groups under k8s.io, of which the definitions are not Kubernetes' own.
        annotations: { "api-approved.kubernetes.io": "unapproved, for a test" },
      },
      spec: {
        group,
        scope: clusterWide.has(kind) ? "Cluster" : "Namespaced",
        names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
        versions: names.map((name, index) => ({
          name,
          served: true,
          storage: index === names.length - 1,
          schema: { openAPIV3Schema: versions[name] },
        })),
      },
    };
  });
}

/** What a file of the tests' golden manifests holds. */
export async function readGolden(path: string): Promise<readonly Manifest[]> {
  const { parseAllDocuments } = await import("yaml");
  return parseAllDocuments(await readFile(path, "utf8"), { schema: "core" }).map(
    (document) => document.toJS() as Manifest,
  );
}
