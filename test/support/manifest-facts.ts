import { isRaw, type Raw } from "../../src/core/base/merge.ts";

/** What a manifest says of the resource and its accelerated pod, a line a field: `limit nvidia.com/gpu` is `8`. */
export type Facts = ReadonlyMap<string, string>;

/**
 * The facts of the resource of a kind among some manifests. Names, labels, images and the process's own words (command,
 * arguments) are the workload's business and no facts; of other pods than the accelerated one only the number counts.
 */
export function factsOf(manifests: readonly Raw[], kind: string): Facts {
  const main = manifests.find((each) => each["kind"] === kind);
  if (main === undefined) throw new Error(`there is no ${kind}`);
  const pods = podsIn(main);
  const pod = pods.find((each) => containersOf(each).some(takesDevices)) ?? pods.at(-1);
  const facts = new Map<string, string>();
  if (pods.length > 1) facts.set("pods", String(pods.length));
  for (const each of manifests.filter((other) => other !== main)) facts.set(`beside ${String(each["kind"])}`, "");
  for (const [path, value] of leaves(main["spec"], pods)) facts.set(`resource ${path}`, value);
  for (const key of ["annotations", "labels"] as const)
    for (const [name, value] of entriesOf(entryOf(main["metadata"], key)))
      if (/queue|scheduling|ray\.io|serving|autoscaling|inject/.test(name))
        facts.set(`${key.slice(0, -1)} ${name}`, text(value));
  if (pod !== undefined) addPod(facts, pod);
  return facts;
}

function addPod(facts: Map<string, string>, pod: Raw): void {
  const containers = containersOf(pod);
  const main = containers.find(takesDevices) ?? containers[0];
  const volumes = new Map(listOf(pod["volumes"]).map((each) => [text(each["name"]), each]));
  for (const [name, value] of Object.entries(pod)) {
    if (name === "model") {
      facts.set("model format", text(entryOf(entryOf(value, "modelFormat"), "name")));
      facts.set("model storageUri", text(entryOf(value, "storageUri")));
    }
    if (["containers", "model", "volumes", "imagePullSecrets"].includes(name)) continue;
    if (name === "initContainers") facts.set("init containers", String(listOf(value).length));
    else if (name === "tolerations")
      for (const each of listOf(value))
        facts.set(`toleration ${text(each["key"] ?? "*")}`, text(each["effect"] ?? "every effect"));
    else if (name === "nodeSelector")
      for (const [key, chosen] of entriesOf(value)) facts.set(`node ${key}`, text(chosen));
    else if (name === "affinity") for (const path of coarse(value, 2)) facts.set(`pod affinity.${path}`, "");
    else for (const [path, leaf] of leaves({ [name]: value }, [])) facts.set(`pod ${path}`, leaf);
  }
  if (containers.length > 1) facts.set("containers", String(containers.length));
  if (main !== undefined) addContainer(facts, main, volumes);
}

function isExtended(resource: string): boolean {
  return resource.includes("/") || resource.startsWith("hugepages-");
}

/** Variables of fabrics and devices: what else a process is told is its own. */
const aboutDevices = /^(FI_|NCCL_|OFI_|RDMAV_|NEURON_|CUDA_|NVIDIA_|HF_TOKEN|HUGGING)/;

/** Texts that are the workload's own: that they are there is the fact. */
const ownTexts: ReadonlySet<string> = new Set(["serveConfigV2", "entrypoint", "runtimeEnvYAML"]);

function addContainer(facts: Map<string, string>, container: Raw, volumes: ReadonlyMap<string, Raw>): void {
  for (const [name, value] of Object.entries(container)) {
    if (["name", "image", "command", "args"].includes(name)) continue;
    if (name === "env")
      for (const each of listOf(value).filter((variable) => aboutDevices.test(text(variable["name"]))))
        facts.set(`env ${text(each["name"])}`, text(each["value"] ?? Object.keys(each["valueFrom"] ?? {})[0] ?? ""));
    else if (name === "resources") {
      const { requests, limits } = value as Readonly<Record<string, unknown>>;
      for (const [resource, amount] of entriesOf(requests).filter(([each]) => !isExtended(each)))
        facts.set(`request ${resource}`, text(amount));
      // Of extended resources and huge pages Kubernetes has both be the same, whichever is written.
      for (const [resource, amount] of entriesOf(requests).filter(([each]) => isExtended(each)))
        facts.set(`limit ${resource}`, text(amount));
      for (const [resource, amount] of entriesOf(limits)) facts.set(`limit ${resource}`, text(amount));
    } else if (name === "volumeMounts")
      for (const each of listOf(value))
        facts.set(`mount ${text(each["mountPath"])}`, volumeText(volumes.get(text(each["name"]))));
    else if (name === "ports") for (const each of listOf(value)) facts.set(`port ${text(each["containerPort"])}`, "");
    else if (name.endsWith("Probe")) facts.set(name, "");
    else for (const [path, leaf] of leaves({ [name]: value }, [])) facts.set(`container ${path}`, leaf);
  }
}

function volumeText(volume: Raw | undefined): string {
  const [kind = "nothing", source] = Object.entries(volume ?? {}).find(([key]) => key !== "name") ?? [];
  const medium = entryOf(source, "medium");
  return medium === undefined ? kind : `${kind} ${text(medium)}`;
}

/** Every pod's spec below a value: KServe's predictor has its container beside `model`. */
function podsIn(value: unknown): readonly Raw[] {
  if (Array.isArray(value)) return value.flatMap(podsIn);
  if (!isRaw(value)) return [];
  return Array.isArray(value["containers"]) || (isRaw(value["model"]) && "modelFormat" in value["model"])
    ? [value]
    : Object.values(value).flatMap(podsIn);
}

function containersOf(pod: Raw): readonly Raw[] {
  const model = pod["model"];
  return isRaw(model)
    ? [Object.fromEntries(Object.entries(model).filter(([name]) => name === "resources" || name === "env"))]
    : listOf(pod["containers"]);
}

function takesDevices({ resources }: Raw): boolean {
  return entriesOf(entryOf(resources, "limits")).some(([name]) => /^(nvidia\.com|aws\.amazon\.com)\//.test(name));
}

/** Every field below a value that is none of the pods', with its path; elements by their name where they have one. */
function leaves(value: unknown, pods: readonly Raw[], path = ""): readonly (readonly [path: string, value: string])[] {
  if (pods.includes(value as Raw)) return [];
  if (Array.isArray(value)) {
    return value.every((each) => !isRaw(each) && !Array.isArray(each))
      ? [[path, text(value)]]
      : value.flatMap((each, index) =>
          leaves(each, pods, `${path}[${isRaw(each) ? text(each["name"] ?? index) : index}]`),
        );
  }
  if (!isRaw(value)) return value === undefined ? [] : [[path, text(value)]];
  return Object.entries(value).flatMap(([name, each]) =>
    ["name", "metadata", "image", "labels", "matchLabels"].includes(name)
      ? []
      : ownTexts.has(name)
        ? [[path === "" ? name : `${path}.${name}`, ""] as const]
        : leaves(each, pods, path === "" ? name : `${path}.${name}`),
  );
}

function coarse(value: unknown, depth: number): readonly string[] {
  return depth === 0 || !isRaw(value)
    ? [""]
    : Object.entries(value).flatMap(([name, each]) =>
        coarse(each, depth - 1).map((rest) => (rest === "" ? name : `${name}.${rest}`)),
      );
}

function listOf(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? value.filter(isRaw) : [];
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isRaw(value) ? Object.entries(value) : [];
}

function entryOf(value: unknown, name: string): unknown {
  return isRaw(value) ? value[name] : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
