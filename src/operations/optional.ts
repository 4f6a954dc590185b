import { Interrupted } from "../errors.ts";

/**
 * What was asked for beside the matter; undefined where it cannot be had: no permission, or it is gone.
 *
 * @param atLast Whether a command tells of what it has done: an interrupt does not keep it from that.
 */
export async function optional<Value>(asked: Promise<Value>, atLast = false): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Interrupted && !atLast) throw error;
    return undefined;
  }
}
