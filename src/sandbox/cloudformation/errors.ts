import { AwsError } from "../wire/aws-error.ts";

/** What CloudFormation calls every mistake of a request. */
export function invalidTemplate(message: string): AwsError {
  return new AwsError("ValidationError", message);
}
