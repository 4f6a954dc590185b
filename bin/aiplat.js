#!/usr/bin/env node
"use strict";
// CommonJS on purpose: it starts faster than ES modules on Node 20.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`aiplat needs Node.js 20.19 or later; this is ${process.version}.\n`);
  process.exitCode = 70;
} else {
  require("./load.js").load("main.js");
}
