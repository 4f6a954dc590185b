/** What the sandbox remembers of CloudFormation's stacks. */
import type { TemplateRecord } from "./template.ts";

export interface StackResourceRecord {
  readonly logicalId: string;
  readonly type: string;
  physicalId: string;
  status: string;
  reason: string | undefined;
  updatedAt: number;
  /** With the functions filled in. */
  properties: Readonly<Record<string, unknown>>;
  attributes: Readonly<Record<string, string>>;
}

export interface StackEventRecord {
  readonly id: string;
  readonly at: number;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string | undefined;
  readonly token: string | undefined;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html */
export interface ChangeRecord {
  readonly action: "Add" | "Modify" | "Remove";
  readonly logicalId: string;
  readonly physicalId: string | undefined;
  readonly type: string;
  readonly replacement: "True" | "False" | "Conditional" | undefined;
  readonly details: readonly {
    readonly property: string;
    readonly recreates: "Always" | "Never";
    /** The reference through which it changes, where it does not itself. */
    readonly cause: string | undefined;
  }[];
}

export interface ChangeSetRecord {
  readonly id: string;
  readonly name: string;
  readonly type: "CREATE" | "UPDATE";
  readonly createdAt: number;
  readonly description: string | undefined;
  readonly template: TemplateRecord;
  readonly changes: readonly ChangeRecord[];
  readonly capabilities: readonly string[];
  readonly tags: readonly { readonly Key?: string; readonly Value?: string }[];
  status: "CREATE_PENDING" | "CREATE_IN_PROGRESS" | "CREATE_COMPLETE" | "FAILED";
  statusReason: string | undefined;
  executionStatus:
    | "UNAVAILABLE"
    | "AVAILABLE"
    | "EXECUTE_IN_PROGRESS"
    | "EXECUTE_COMPLETE"
    | "EXECUTE_FAILED"
    | "OBSOLETE";
}

export interface StackRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  updatedAt: number | undefined;
  deletedAt: number | undefined;
  status: string;
  statusReason: string | undefined;
  /** Undefined until a change set is executed. */
  template: TemplateRecord | undefined;
  capabilities: readonly string[];
  tags: ChangeSetRecord["tags"];
  outputs: readonly { readonly key: string; readonly description?: string; readonly value: string }[];
  readonly resources: Map<string, StackResourceRecord>;
  /** The oldest first. */
  readonly events: StackEventRecord[];
  readonly changeSets: Map<string, ChangeSetRecord>;
  /** Of the call that began what is under way. */
  token: string | undefined;
  /** How often it has been told to do something. */
  turn: number;
}
