/** CloudFormation's answers as far as a capacity depends on them. */

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html */
export interface Stack {
  /** Its ARN: who has it still finds a stack that is deleted. */
  readonly id: string;
  readonly name: string;
  /** `CREATE_COMPLETE`, `UPDATE_ROLLBACK_FAILED`... */
  readonly status: string;
  readonly reason?: string;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackEvent.html */
export interface StackEvent {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  /** Of the call that began what the event is part of. */
  readonly token?: string;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackResourceSummary.html */
export interface StackResource {
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly type: string;
  readonly status: string;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html */
export interface ResourceChange {
  readonly action: "Add" | "Modify" | "Remove" | "Import" | "Dynamic" | "SyncWithActual";
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly type: string;
  /** Whether it is made anew: `Conditional` where only the change itself shows. */
  readonly replacement?: "True" | "Conditional";
  readonly causes: readonly ChangeCause[];
}

export interface ChangeCause {
  /** A property by name, else `Tags`, `Metadata`, `DeletionPolicy`... */
  readonly target: string;
  readonly recreates: "Always" | "Conditionally" | "Never";
  /** What changes it, where that is another resource. */
  readonly by?: string;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html */
export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly stackId: string;
  readonly status: string;
  readonly reason?: string;
  /** `AVAILABLE` where it can be executed. */
  readonly executionStatus: string;
  readonly changes: readonly ResourceChange[];
}

/** What CloudFormation still works on: it takes no other change until that is over. */
export function isUnderWay({ status }: Pick<Stack, "status">): boolean {
  return status.endsWith("_IN_PROGRESS") && status !== "REVIEW_IN_PROGRESS";
}

/**
 * A stack that has nothing and takes no change but its deletion: its creation failed and was rolled back, or was only
 * looked at.
 */
export function isHollow({ status }: Pick<Stack, "status">): boolean {
  return status === "ROLLBACK_COMPLETE" || status === "REVIEW_IN_PROGRESS";
}

/** Whether the stack is as the last change wanted it. */
export function isComplete({ status }: Pick<Stack, "status">): boolean {
  return status === "CREATE_COMPLETE" || status === "UPDATE_COMPLETE";
}

/** "The submitted information didn't contain changes. Submit different information to create a change set." */
export function changesNothing({ status, reason = "" }: Pick<ChangeSet, "status" | "reason">): boolean {
  return status === "FAILED" && /didn't contain changes|No updates are to be performed/i.test(reason);
}
