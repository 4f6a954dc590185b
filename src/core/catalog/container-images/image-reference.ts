import { present } from "../../base/present.ts";

/** A container image reference, taken apart as docker does. */
export interface ImageReference {
  /** As written, e.g. to name it in a message. */
  readonly text: string;
  /** Absent for Docker Hub's short form. */
  readonly registry?: string;
  /** The account and region of a private ECR registry. */
  readonly ecr?: { readonly account: string; readonly region: string };
  /** Without the registry, e.g. `neuron/pytorch-inference-neuronx`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html */
const ecrRegistry = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;

/**
 * https://pkg.go.dev/github.com/distribution/reference: only a first part with a
 * dot, a port or `localhost` is a registry.
 */
export function parseImageReference(text: string): ImageReference {
  const [named = "", digest] = text.split("@", 2);
  const slash = named.indexOf("/");
  const first = named.slice(0, Math.max(slash, 0));
  const registry = /[.:]/.test(first) || first === "localhost" ? first : undefined;
  const rest = registry === undefined ? named : named.slice(slash + 1);
  const [repository = "", tag] = rest.split(":", 2);
  const ecr = registry === undefined ? null : ecrRegistry.exec(registry);
  return {
    text,
    ...present({ registry }),
    ...(ecr === null ? {} : { ecr: { account: ecr[1]!, region: ecr[2]! } }),
    repository,
    ...present({ tag, digest }),
  };
}

/** What the tag of one of AWS's Neuron images says. */
export interface NeuronTag {
  /** The framework's version; vLLM's carries the plugin's after it: `0.21.0.1.0.0`. */
  readonly framework: string;
  /** `transformers4.55.4`, `optimum0.4.5`. */
  readonly extra?: string;
  /** `neuron` is built for Inf1, `neuronx` for every later chip. */
  readonly flavour: "neuron" | "neuronx";
  /** `312` for Python 3.12. */
  readonly python?: string;
  /** The Neuron SDK's version. Tags of the first years have none. */
  readonly sdk?: string;
  /** Ubuntu's version. */
  readonly os?: string;
}

/**
 * `<framework>[-transformers<v>|-optimum<v>]-neuron[x]-py<NNN>-sdk<v>-ubuntu<v>`, as
 * aws-neuron/deep-learning-containers and aws/deep-learning-containers write it. Older tags lack some parts, and a
 * suffix such as `-v1.2` may follow: `1.15.4-neuron-py37-ubuntu18.04` of the ECS guide, `0.30.0-neuronx-sdk2.20.1` of
 * DJL. A Python or an SDK part must be there, so that a user's own `1.0-neuron` is not taken for one.
 */
const neuronTag = new RegExp(
  [
    /^(?<framework>\d[\d.]*)(?:-(?<extra>[a-z]+\d[\d.]*))?-(?<flavour>neuronx?)/,
    /(?=-(?:py|sdk)\d)(?:-py(?<python>\d+))?(?:-sdk(?<sdk>\d+(?:\.\d+)+))?/,
    /(?:-ubuntu(?<os>\d+\.\d+))?(?:-.+)?$/,
  ]
    .map(({ source }) => source)
    .join(""),
);

/** The parts of a Neuron image's tag; undefined for any other tag. */
export function parseNeuronTag(tag: string): NeuronTag | undefined {
  const groups = neuronTag.exec(tag)?.groups;
  if (groups === undefined) return undefined;
  const { framework, flavour, ...rest } = groups;
  const optional = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { framework: framework!, flavour: flavour as NeuronTag["flavour"], ...optional };
}
