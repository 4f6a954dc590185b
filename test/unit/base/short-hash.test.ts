import { expect, test } from "vitest";
import { shortHash } from "../../../src/core/base/short-hash.ts";

// The RFC's own.
test.each([
  ["", "811c9dc5"],
  ["a", "e40c292c"],
  ["foobar", "bf9cf968"],
])("FNV-1a of %j is %s", (text, hash) => expect(shortHash(text)).toBe(hash));
