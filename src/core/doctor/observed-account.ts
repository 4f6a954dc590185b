/** What `doctor` reads of IAM and Secrets Manager, as readonly data. */

export interface Role {
  readonly arn: string;
  /** AssumeRolePolicyDocument as IAM answers it: URL-encoded JSON. */
  readonly trustPolicy: string;
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html */
export type Decision = "allowed" | "explicitDeny" | "implicitDeny";

/** A secret of Secrets Manager, without its value. */
export interface SecretState {
  readonly arn?: string;
  /** Whether it is scheduled for deletion: nothing reads it then. */
  readonly deleted: boolean;
  /** Whether it has a policy of its own, which may let a role read it; undefined where that is not known. */
  readonly hasPolicy?: boolean;
  /** The staging labels of each version, by its id. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
}
