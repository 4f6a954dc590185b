import { AiplatError } from "../errors.ts";

/** Undefined where AWS answers one of the codes by which it says that there is none. */
export async function absentAs<Answer>(code: RegExp, answer: Promise<Answer>): Promise<Answer | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof AiplatError && code.test(String(error.details["awsCode"]))) return undefined;
    throw error;
  });
}
