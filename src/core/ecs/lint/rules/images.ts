import type { AcceleratorKind } from "../../../catalog/instance-types/instance-type.ts";
import { parseImageReference, type ImageReference } from "../../../catalog/container-images/image-reference.ts";
import { checkImageExists, checkImageOnType, hardware } from "../../../catalog/container-images/image-checks.ts";
import { builtFor } from "../../../catalog/container-images/images.ts";
import type { ProblemCode } from "../../../base/codes/problem-codes.ts";
import type { Problem } from "../../../base/problem.ts";
import type { Breach, Facts, LintRule } from "../rule.ts";
import type { SubjectContainer } from "../subject.ts";
import { settledTypes } from "../type-constraint.ts";

const isError = ({ severity }: Problem) => severity === "error";
const isOf = (code: ProblemCode) => (problem: Problem) => problem.code === code;

/** Images and hardware go together. */
export const imageRules: readonly LintRule[] = [
  {
    id: "image-hardware",
    severity: "error",
    check: ({ containers }, facts) => containers.flatMap((container) => judge(container, facts, isError)),
  },
  {
    id: "image-cpu-only",
    severity: "warning",
    check: ({ containers }, facts) =>
      containers.flatMap((container) => judge(container, facts, isOf("image-cpu-only"))),
  },
  {
    id: "image-not-known",
    severity: "warning",
    check: ({ containers }, facts) =>
      containers.flatMap((container) => judge(container, facts, isOf("image-not-known"))),
  },
  {
    id: "image-missing",
    severity: "error",
    check: ({ containers }) => containers.flatMap((container) => breaches(container, missing(container))),
  },
];

/**
 * What speaks against the image of a container with an accelerator: on every type that the constraints choose, or where
 * they choose none, on the kind of accelerator.
 */
function judge(
  container: SubjectContainer,
  { constraint }: Facts,
  isMeant: (problem: Problem) => boolean,
): readonly Breach[] {
  const kind = kindOf(container);
  if (kind === undefined || container.image === undefined) return [];
  const image = parseImageReference(container.image);
  const types = settledTypes(constraint);
  const verdicts = types.length === 0 ? [judgeKind(image, kind)] : types.map((type) => checkImageOnType(image, type));
  const meant = verdicts.map((problems) => problems.filter(isMeant));
  return meant.some((problems) => problems.length === 0) ? [] : breaches(container, meant[0]!);
}

function judgeKind(image: ImageReference, kind: AcceleratorKind): readonly Problem[] {
  const built = builtFor(image);
  if (built === "unknown" || built === kind) return [];
  return [
    {
      severity: built === "cpu" ? "warning" : "error",
      code: built === "cpu" ? "image-cpu-only" : "image-hardware",
      message:
        `${image.text} is built for ${hardware[built]}, ` +
        `and the container asks for ${kind === "neuron" ? "Neuron devices" : "GPUs"}`,
      hint: `Use an image built for ${kind}.`,
    },
  ];
}

function missing({ image }: SubjectContainer): readonly Problem[] {
  return image === undefined
    ? []
    : checkImageExists(parseImageReference(image)).filter((each) => each.severity === "error");
}

function kindOf({ devices, requirements }: SubjectContainer): AcceleratorKind | undefined {
  if (devices.some((device) => device.neuron !== undefined) || requirements.some(({ type }) => type === "NeuronDevice"))
    return "neuron";
  return requirements.some(({ type }) => type === "GPU") ? "nvidia" : undefined;
}

function breaches(container: SubjectContainer, problems: readonly Problem[]): readonly Breach[] {
  return problems.map(({ message, hint }) => breach(container, message, hint ?? "Use another image."));
}

function breach(container: SubjectContainer, message: string, fix: string): Breach {
  return { path: [...container.path, "image"], message, fix };
}
