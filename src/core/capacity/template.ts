/** A template of CloudFormation, in its own words. */

export type Tags = Readonly<Record<string, string>>;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html */
export interface TemplateResource {
  readonly Type: string;
  readonly DependsOn?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html */
export interface CapacityTemplate {
  readonly AWSTemplateFormatVersion: "2010-09-09";
  readonly Description: string;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, { readonly Description: string; readonly Value: unknown }>>;
}

/** What another resource is, once it is there: mostly its name. */
export function ref(logicalId: string) {
  return { Ref: logicalId } as const;
}

/** An attribute of another resource, once it is there. */
export function attributeOf(logicalId: string, attribute: string) {
  return { "Fn::GetAtt": [logicalId, attribute] } as const;
}

/** An ARN that is right in every partition: China's and GovCloud's regions are in others. */
export function arnInPartition(rest: string) {
  // What looks like a variable of ours and is none: `${!` is `${` itself.
  return { "Fn::Sub": `arn:\${AWS::Partition}:${rest.replaceAll("${", "${!")}` } as const;
}

/** The tags of a resource, where it has any. */
export function tagged(tags: Tags) {
  return Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) };
}

/** The tags of what EC2 makes with a resource, by its type there. */
export function tagSpecifications(tagsByType: Readonly<Record<string, Tags>>) {
  const specifications = Object.entries(tagsByType)
    .filter(([, tags]) => Object.keys(tags).length > 0)
    .map(([ResourceType, tags]) => ({ ResourceType, Tags: tagList(tags) }));
  return specifications.length === 0 ? {} : { TagSpecifications: specifications };
}

export function tagList(tags: Tags): readonly { readonly Key: string; readonly Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
