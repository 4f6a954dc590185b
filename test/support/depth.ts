// How many values the tests of properties draw, in every test: `AIPLAT_TEST_DEPTH=1` is full depth.

/** The share of the full depth that this run goes to. */
export const testDepth = readDepth(process.env["AIPLAT_TEST_DEPTH"] ?? "0.1");

function readDepth(text: string): number {
  const share = Number(text);
  if (!(share > 0 && share <= 1)) throw new Error(`AIPLAT_TEST_DEPTH=${text}: write a share, as 0.1, up to 1`);
  return share;
}

/** `numRuns` of fast-check for a property that draws so many values at full depth. */
export function runs(atFullDepth: number): number {
  return Math.ceil(atFullDepth * testDepth);
}

/** Draws others where a test draws always the same, and always the same where it draws others: undefined as it is. */
export const testSeed =
  process.env["AIPLAT_TEST_SEED"] === undefined ? undefined : Number(process.env["AIPLAT_TEST_SEED"]);

/**
 * What properties that name no seed draw from. At less than full depth it is always the same, so that a change passes
 * or fails for what it is, and never for what was drawn: others are drawn at full depth.
 */
export const drawnSeed = testSeed ?? (testDepth < 1 ? 1 : undefined);

/** In milliseconds, on a machine that does more than this: full depth takes minutes where the rest takes seconds. */
export const testTimeoutMs = testDepth > 0.1 ? 1_200_000 : 300_000;

/** What a run says at its end. */
export function depthNote(): string {
  if (testDepth === 1) return "Tests of properties ran at full depth.";
  const share = testDepth === 0.1 ? "a tenth" : String(testDepth);
  return `Tests of properties ran at ${share} of their depth: \`npm run test:deep\` runs all at full depth.`;
}
