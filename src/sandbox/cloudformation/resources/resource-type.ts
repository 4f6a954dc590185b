import { document, list, structure, type Schema } from "../../../core/ecs-api/field.ts";
import type { World } from "../../model/world.ts";

export type Properties = Readonly<Record<string, unknown>>;

/** Whose resource it is. */
export interface Owner {
  readonly stackName: string;
  readonly logicalId: string;
}

/** What `Ref` and `Fn::GetAtt` say of a resource. */
export interface Made {
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** How far a resource has come: there, under way, or why it cannot be. */
export type HowFar = "done" | "waits" | { readonly failed: string };

/** How CloudFormation makes, changes and unmakes the resources of a type. What fails throws an AwsError. */
export interface ResourceType {
  /** The properties there are, with what a change of each asks for. */
  readonly properties: Readonly<Record<string, "in place" | "replacement">>;
  readonly required: readonly string[];
  /** Of what kind the properties are that the sandbox reads. */
  readonly shape: Schema;
  /** What `Fn::GetAtt` finds. */
  readonly attributes: readonly string[];
  /** The property that names it: what has a name of its own cannot be replaced. */
  readonly name?: string;
  /** Attributes that an update changes. */
  readonly changing?: readonly string[];
  readonly make: (world: World, properties: Properties, owner: Owner) => Made;
  readonly change: (world: World, physicalId: string, properties: Properties) => Made;
  /** After it was made or changed; at once where left out. */
  readonly settles?: (world: World, physicalId: string) => HowFar;
  readonly remove: (world: World, physicalId: string) => HowFar;
}

/** A name as CloudFormation makes one up. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html */
export function madeUpName(world: World, { stackName, logicalId }: Owner): string {
  return `${stackName.slice(0, 30)}-${logicalId.slice(0, 20)}-${world.hex(12).toUpperCase()}`;
}

/** Objects, of which the sandbox reads a few members. */
export const objects = list(structure("", {}));

export const tagShape = list(structure("", { Key: document, Value: document }));
