// The tests that a mutant has to get past: those of the core, few values of a property, always the same.
process.env["AIPLAT_TEST_DEPTH"] ??= "0.02";
process.env["AIPLAT_TEST_SEED"] ??= "1";
const { default: config } = await import("./vitest.config.ts");

const rooms = ["cluster", "deployment", "devices", "ecs", "operations", "placement", "plan"];

export default {
  ...config,
  test: { ...config.test, include: rooms.map((room) => `test/unit/${room}/**/*.test.ts`), reporters: ["default"] },
};
