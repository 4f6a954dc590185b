/** What judging and replacing machine images needs of AWS, as src/ports.ts has the rest. */
import type { GroupDetail } from "./core/capacity/scaling-group.ts";
import type { MachineImage } from "./core/doctor/observed-ec2.ts";

/** An Auto Scaling group with what says the image of its next instances. */
export interface ImagedGroup extends GroupDetail {
  /** As the API answers it, which an update has to give back whole. */
  readonly mixedInstancesPolicy?: Readonly<Record<string, unknown>>;
  /** What came before launch templates. */
  readonly launchConfiguration?: string;
}

export interface TemplateVersion {
  readonly templateId: string;
  readonly templateName: string;
  readonly number: number;
  readonly isDefault: boolean;
  /** An id, or `resolve:ssm:PARAMETER`; undefined where it names none. */
  readonly imageId?: string;
  readonly instanceType?: string;
  /** In the API's own words. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface DescribedImage extends MachineImage {
  readonly architecture?: string;
  /** Milliseconds since the epoch. */
  readonly deprecatedAt?: number;
}

export interface MachineImagesPort {
  /** Those that are there, deprecated ones too. */
  images(ids: readonly string[]): Promise<readonly DescribedImage[]>;
  /** Every Auto Scaling group of the region. */
  groups(): Promise<readonly ImagedGroup[]>;
  /** Undefined where there is no such group. */
  group(name: string): Promise<ImagedGroup | undefined>;
  /** Versions of one launch template, as `3`, `$Default`, `$Latest`; none where there is no such template. */
  templateVersions(templateId: string, versions: readonly string[]): Promise<readonly TemplateVersion[]>;
  /** What new instances of any launch template of the region get: its default version and its latest. */
  allTemplates(): Promise<readonly TemplateVersion[]>;
  /** A version as another but for its image; its number. The same token makes it once. */
  createTemplateVersion(from: TemplateVersion, imageId: string, clientToken: string): Promise<number>;
  setDefaultVersion(templateId: string, version: number): Promise<void>;
  /** Has the group launch its next instances from a version of the launch template that it has. */
  useTemplateVersion(group: ImagedGroup, version: number): Promise<void>;
  /**
   * Ends an instance of a group, which launches another in its place. Protection from scale-in does not keep it:
   * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html
   */
  replaceInstance(instanceId: string): Promise<void>;
}
