import fc from "fast-check";
import { runs, testSeed } from "./depth.ts";

// What fast-check draws of a property that says nothing else.
fc.configureGlobal({ numRuns: runs(100), ...(testSeed === undefined ? {} : { seed: testSeed }) });
