/**
 * The environment without what changes Node itself, for both sides of a ratio: NODE_EXTRA_CA_CERTS alone has Node 20 read
 * certificates at every start, which takes as long again as all the rest, so that everything else looks cheap.
 */
export const plainEnv = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("NODE_")));
