import fc from "fast-check";
import { runs } from "./depth.ts";

// What fast-check draws of a property that says no number of its own.
fc.configureGlobal({ numRuns: runs(100) });
