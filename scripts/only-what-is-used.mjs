import { readFile } from "node:fs/promises";

/**
 * What third parties' modules have that esbuild cannot see to be unused, by their paths: `leaves` makes of a module's
 * source what is bundled in its place.
 */
export const cuts = [
  {
    // A client's schemas name members by constants, and what has a computed key esbuild keeps, since the key could have an
    // effect: every shape of every operation. With the names themselves there stays what is called.
    of: /@aws-sdk\/.*\/schemas_\d+\.js$/,
    leaves: (source) => {
      const names = new Map([...source.matchAll(/^const (\w+) = (".*");$/gm)].map(([, name, text]) => [name, text]));
      return source.replace(/\[(\w+)\]:/g, (key, name) => (names.has(name) ? `${names.get(name)}:` : key));
    },
  },
  {
    // Of its package.json a client tells AWS the version.
    of: /@aws-sdk\/[^/]+\/package\.json$/,
    leaves: (source) => JSON.stringify({ version: JSON.parse(source).version }),
  },
  {
    // What a browser is, as its user agent says: with it goes bowser.
    of: /@aws-sdk\/core\/.*\/createUserAgentStringParsingProvider\.js$/,
    leaves: () => "export const createUserAgentStringParsingProvider = undefined;",
  },
  {
    // No operation that is called has a stream of events. Their checksum looks at once whether zlib has one, with every
    // client: a hundredth of a command's CPU.
    of: /@smithy\/core\/.*\/event-streams\/index\.js$/,
    leaves: () => `
      export const resolveEventStreamSerdeConfig = (config) => config;
      export const eventStreamSerdeProvider = () => {
        throw new Error("scripts/only-what-is-used.mjs leaves streams of events out");
      };
      export const EventStreamSerde = undefined;`,
  },
  {
    // ora's own two, for terminals with Unicode and without.
    of: /cli-spinners\/spinners\.json$/,
    leaves: (source) => {
      const { dots, line } = JSON.parse(source);
      return JSON.stringify({ dots, line });
    },
  },
];

/** A plugin of esbuild's. */
export const onlyWhatIsUsed = {
  name: "only-what-is-used",
  setup({ onLoad }) {
    for (const { of, leaves } of cuts)
      onLoad({ filter: new RegExp(of.source.replaceAll("\\/", "[/\\\\]")) }, async ({ path }) => ({
        contents: leaves(await readFile(path, "utf8")),
        loader: path.endsWith(".json") ? "json" : "js",
      }));
  },
};
