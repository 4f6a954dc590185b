import type { AcceleratorKind } from "../../../catalog/instance-types/instance-type.ts";
import { parseImageReference } from "../../../catalog/container-images/image-reference.ts";
import { checkImageExists, checkImageOnType, hardware } from "../../../catalog/container-images/image-checks.ts";
import { builtFor } from "../../../catalog/container-images/images.ts";
import type { Problem } from "../../../base/problem.ts";
import type { Breach, Facts, Rule, Severity } from "../rule.ts";
import type { SubjectContainer } from "../subject.ts";
import { settledTypes } from "../type-constraint.ts";

/** Images and hardware go together. */
export const imageRules: readonly Rule[] = [
  {
    id: "image-hardware",
    severity: "error",
    check: ({ containers }, facts) => containers.flatMap((container) => judge(container, facts, "error")),
  },
  {
    id: "image-cpu-only",
    severity: "warning",
    check: ({ containers }, facts) => containers.flatMap((container) => judge(container, facts, "warning")),
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
function judge(container: SubjectContainer, { constraint }: Facts, severity: Severity): readonly Breach[] {
  const kind = kindOf(container);
  if (kind === undefined || container.image === undefined) return [];
  const image = parseImageReference(container.image);
  const types = settledTypes(constraint);
  if (types.length === 0) {
    const built = builtFor(image);
    if (built === "unknown" || built === kind) return [];
    const found: Severity = built === "cpu" ? "warning" : "error";
    return found === severity
      ? [
          breach(
            container,
            `${container.image} is built for ${hardware[built]}, ` +
              `and the container asks for ${kind === "neuron" ? "Neuron devices" : "GPUs"}`,
            `Use an image built for ${kind}.`,
          ),
        ]
      : [];
  }
  const verdicts = types.map((type) => checkImageOnType(image, type).filter((each) => each.severity === severity));
  return verdicts.some((problems) => problems.length === 0) ? [] : breaches(container, verdicts[0]!);
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
