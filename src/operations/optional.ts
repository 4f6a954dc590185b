import { Interrupted } from "../errors.ts";

/** What was asked for beside the matter; undefined where it cannot be had: no permission, or it is gone. */
export async function optional<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return undefined;
  }
}
