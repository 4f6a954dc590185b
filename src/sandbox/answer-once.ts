import type { World } from "./model/world.ts";
import { AwsError } from "./wire/aws-error.ts";

/**
 * What is asked under the same client token again is answered as it was.
 *
 * @throws AwsError where the token was another request's.
 */
export function answerOnce(
  world: World,
  operation: string,
  token: string | undefined,
  input: object,
  run: () => object,
): object {
  if (token === undefined) return run();
  const key = `${operation} ${token}`;
  const request = JSON.stringify(input);
  const known = world.answers.get(key);
  if (known !== undefined && known.request !== request)
    throw new AwsError(
      "IdempotentParameterMismatch",
      "The client token has already been used with different parameters.",
    );
  const answer = known?.answer ?? run();
  world.answers.set(key, { request, answer });
  return answer;
}
