import type { Runtime } from "../context.ts";
import { isUncertain, uncertain } from "../errors.ts";

/** How long what may have taken effect is asked for again, and read back. */
export const patienceMs = 60_000;

/** Pauses between looks at what may not be shown yet: ECS's reads are "eventually consistent". */
export const lookAgainMs: readonly number[] = [1_000, 2_500, 6_000];

/**
 * Does something until it is known to be done.
 *
 * @param lookBack What it did, once its answer is lost; undefined where that does not show.
 * @param options.twiceIsTwo Whether done again it would be there twice: it is not where nobody can look back.
 * @throws what it failed with, with the detail `uncertain` where it stays unknown whether it is done.
 */
export async function surely<Done>(
  runtime: Runtime,
  act: () => Promise<Done>,
  lookBack: () => Promise<Done | undefined> = async () => undefined,
  { twiceIsTwo = false }: { readonly twiceIsTwo?: boolean } = {},
): Promise<Done> {
  const startedAt = runtime.now();
  let lost = false;
  for (let pauseMs = 1_000; ; pauseMs *= 2) {
    try {
      return await act();
    } catch (error) {
      if (!isUncertain(error)) throw lost ? uncertain(error) : error;
      lost = true;
      const giveUp = () => {
        throw error;
      };
      const found = await lookBack().catch(twiceIsTwo ? giveUp : () => undefined);
      if (found !== undefined) return found;
      if (runtime.signal.aborted || runtime.now() - startedAt + pauseMs > patienceMs) throw error;
      await runtime.sleep(pauseMs).catch(giveUp);
    }
  }
}
