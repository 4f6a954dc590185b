/**
 * SSM's public parameters of the machine images.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
 */
import { present } from "../core/base/present.ts";
import { amiFamilies, amiParameters, type AmiFamily } from "../core/catalog/machine-images/ami-families.ts";
import { pageOf } from "./ecs/pages.ts";
import { imagesOf, kubernetesVersionsOf, type SandboxImage } from "./machine-images.ts";
import { agentVersion } from "./model/instances.ts";
import { AwsError } from "./wire/aws-error.ts";
import { operation, type OperationCall, type Operation } from "./wire/operation.ts";
import { flag, integer, list, struct, text } from "./wire/shape.ts";

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

interface Parameter {
  readonly value: string;
  readonly modifiedAt: number;
}

function answer(name: string, { value, modifiedAt }: Parameter, { region }: OperationCall): object {
  return {
    Name: name,
    Type: "String",
    Value: value,
    Version: 1,
    LastModifiedDate: modifiedAt / 1000,
    ARN: `arn:aws:ssm:${region}::parameter${name}`,
    DataType: "text",
  };
}

const regions = new Map<string, ReadonlyMap<string, Parameter>>();

/** Every parameter of a region: each image of each family by its name, and the newest as what is recommended. */
function parametersOf(region: string): ReadonlyMap<string, Parameter> {
  const known = regions.get(region);
  if (known !== undefined) return known;
  const parameters = new Map<string, Parameter>();
  for (const family of amiFamilies) {
    for (const version of kubernetesVersionsOf(family)) {
      for (const image of imagesOf(family, region, version)) {
        for (const [name, value] of [
          ...underItsName(family, image, version),
          ...(image.current ? asRecommended(family, image, version) : []),
        ])
          parameters.set(name, { value, modifiedAt: image.createdAt });
      }
    }
  }
  // More regions than AWS has are asked for by nobody but a fuzzer.
  if (regions.size < 100) regions.set(region, parameters);
  return parameters;
}

type Leaf = readonly [name: string, value: string];

function asRecommended(family: AmiFamily, image: SandboxImage, version: string | undefined): readonly Leaf[] {
  const parameters = amiParameters(family, version);
  if (family.shape === "document") return [...documentOf(family, parameters.image, image)];
  return [
    [parameters.image, image.imageId],
    ...(parameters.version === undefined ? [] : [[parameters.version, image.version] as const]),
  ];
}

/**
 * An image that a document describes stands beside `recommended`, any other a folder deeper; Bottlerocket's by its
 * version. https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html and the pages of the others.
 */
function underItsName(family: AmiFamily, image: SandboxImage, version: string | undefined): readonly Leaf[] {
  const { parameter, shape } = family;
  const path = parameter.slice(0, parameter.lastIndexOf("/")).replace("{kubernetes}", version ?? "");
  if (shape === "document") return documentOf(family, `${path}/${image.name}`, image).slice(0, 1);
  const folder = `${path}/${shape === "version-leaves" ? image.version : image.name}`;
  return [
    [`${folder}/image_id`, image.imageId],
    ...(shape === "version-leaves" ? [[`${folder}/image_version`, image.version] as const] : []),
  ];
}

/**
 * The document of `/recommended`, and its members below it.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
 */
function documentOf({ os }: AmiFamily, parameter: string, image: SandboxImage): readonly Leaf[] {
  const members = {
    ecs_agent_version: agentVersion,
    ecs_runtime_version: "Docker version 25.0.14",
    image_id: image.imageId,
    image_name: image.name,
    image_version: image.version,
    os: os === "al2023" ? "Amazon Linux 2023" : "Amazon Linux 2",
    schema_version: 1,
  };
  return [
    [parameter, JSON.stringify(members)],
    ...Object.entries(members).map(([name, value]) => [`${parameter}/${name}`, String(value)] as const),
  ];
}
