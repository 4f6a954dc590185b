/** An error as AWS's services answer it: a name, a sentence and an HTTP status. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the answer, e.g. `resourceIds`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    {
      status = 400,
      members = {},
    }: { readonly status?: number; readonly members?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message);
    this.name = "AwsError";
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html: a parameter that the API cannot take.
 */
export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

/** "These errors are usually caused by a client action", as RegisterTaskDefinition answers them. */
export function clientError(message: string): AwsError {
  return new AwsError("ClientException", message);
}
