/**
 * SSM's public parameters of the machine images.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
 */
import { present } from "../core/base/present.ts";
import { amiFamilies, amiParameters, type AmiFamily } from "../core/catalog/machine-images/ami-families.ts";
import { pageOf } from "./ecs/pages.ts";
import { agentVersion } from "./model/instances.ts";
import { AwsError } from "./wire/aws-error.ts";
import { operation, type OperationCall, type Operation } from "./wire/operation.ts";
import { flag, integer, list, struct, text } from "./wire/shape.ts";

/** The minor versions of Kubernetes whose EKS images the sandbox has. */
const kubernetesMinors = [29, 30, 31, 32, 33, 34];

/** The date that every image of the sandbox carries in its name. */
const built = "20260115";

export const ssmOperations: Readonly<Record<string, Operation>> = {
  GetParameter: operation("ssm", struct({ Name: text, WithDecryption: flag }), ({ Name = "" }, call) => {
    const value = parametersOf(call.region).get(Name);
    if (value === undefined) throw new AwsError("ParameterNotFound", "");
    return { Parameter: answer(Name, value, call) };
  }),
  GetParameters: operation("ssm", struct({ Names: list(text), WithDecryption: flag }), ({ Names = [] }, call) => {
    if (Names.length === 0 || Names.length > 10)
      throw validation(
        `1 validation error detected: Value '${JSON.stringify(Names)}' at 'names' failed to satisfy constraint: ` +
          "Member must have length less than or equal to 10",
      );
    const parameters = parametersOf(call.region);
    const names = [...new Set(Names)];
    return {
      Parameters: names.flatMap((name) => (parameters.has(name) ? [answer(name, parameters.get(name)!, call)] : [])),
      InvalidParameters: names.filter((name) => !parameters.has(name)),
    };
  }),
  GetParametersByPath: operation(
    "ssm",
    struct({ Path: text, Recursive: flag, WithDecryption: flag, MaxResults: integer, NextToken: text }),
    ({ Path = "", Recursive = false, MaxResults = 10, NextToken }, call) => {
      if (!Path.startsWith("/"))
        throw validation(
          "The parameter doesn't meet the parameter name requirements. " +
            'The parameter name must begin with a forward slash "/".',
        );
      if (MaxResults < 1 || MaxResults > 10) throw validation("MaxResults must be between 1 and 10.");
      const prefix = Path.endsWith("/") ? Path : `${Path}/`;
      const parameters = parametersOf(call.region);
      const names = [...parameters.keys()].filter(
        (name) => name.startsWith(prefix) && (Recursive || !name.slice(prefix.length).includes("/")),
      );
      const { items, nextToken } = pageOf(names, { maxResults: MaxResults, ...present({ nextToken: NextToken }) }, 10);
      return {
        Parameters: items.map((name) => answer(name, parameters.get(name)!, call)),
        ...present({ NextToken: nextToken }),
      };
    },
  ),
};

function validation(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

function answer(name: string, value: string, { region }: OperationCall): object {
  return {
    Name: name,
    Type: "String",
    Value: value,
    Version: 1,
    LastModifiedDate: Date.UTC(2026, 0, 15) / 1000,
    ARN: `arn:aws:ssm:${region}::parameter${name}`,
    DataType: "text",
  };
}

const regions = new Map<string, ReadonlyMap<string, string>>();

/** Every parameter of a region: each family's image, different in each region and always the same. */
function parametersOf(region: string): ReadonlyMap<string, string> {
  const known = regions.get(region);
  if (known !== undefined) return known;
  const parameters = new Map<string, string>();
  for (const family of amiFamilies) {
    for (const version of family.orchestrator === "eks" ? minorsOf(family) : [undefined]) {
      const { image, version: versionParameter } = amiParameters(family, version);
      const imageId = `ami-${fingerprint(`${region} ${image}`)}`;
      if (family.shape === "document")
        for (const [name, value] of documentOf(family, image, imageId)) parameters.set(name, value);
      else {
        parameters.set(image, imageId);
        if (versionParameter !== undefined)
          parameters.set(
            versionParameter,
            family.shape === "release-leaves" ? `${version}.0-${built}` : `1.55.0-${fingerprint(image).slice(0, 8)}`,
          );
      }
    }
  }
  // More regions than AWS has are asked for by nobody but a fuzzer.
  if (regions.size < 100) regions.set(region, parameters);
  return parameters;
}

function minorsOf({ lastKubernetesMinor = Number.MAX_SAFE_INTEGER }: AmiFamily): readonly string[] {
  return kubernetesMinors.filter((minor) => minor <= lastKubernetesMinor).map((minor) => `1.${minor}`);
}

/** What an image's name says of its accelerator. */
const namePart: Readonly<Record<AmiFamily["accelerator"], string>> = { none: "", neuron: "neuron-", nvidia: "gpu-" };

/**
 * The document of `/recommended`, and its members below it.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
 */
function documentOf(
  { os, accelerator, architecture }: AmiFamily,
  parameter: string,
  imageId: string,
): readonly (readonly [string, string])[] {
  const al2023 = os === "al2023";
  const version = `${al2023 ? "2023" : "2.0"}.0.${built}`;
  const members = {
    ecs_agent_version: agentVersion,
    ecs_runtime_version: "Docker version 25.0.14",
    image_id: imageId,
    image_name: `${al2023 ? "al2023" : "amzn2"}-ami-ecs-${namePart[accelerator]}hvm-${version}-${architecture}-ebs`,
    image_version: version,
    os: al2023 ? "Amazon Linux 2023" : "Amazon Linux 2",
    schema_version: 1,
  };
  return [
    [parameter, JSON.stringify(members)],
    ...Object.entries(members).map(([name, value]) => [`${parameter}/${name}`, String(value)] as const),
  ];
}

/** 17 hexadecimal digits of a text (FNV-1a, twice). */
function fingerprint(text: string): string {
  const hash = (start: number) => {
    let value = start;
    for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 16_777_619);
    return (value >>> 0).toString(16).padStart(8, "0");
  };
  return `0${hash(2_166_136_261)}${hash(84_696_351)}`;
}
