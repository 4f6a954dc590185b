#!/usr/bin/env node
"use strict";
// CommonJS on purpose: it starts faster than ES modules on Node 20.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`aiplat needs Node.js 20.19 or later; this is ${process.version}.\n`);
  process.exitCode = 1;
} else if (process.argv.length === 3 && /^(-V|--version)$/.test(process.argv[2])) {
  // What scripts ask most, and nothing needs to be loaded for. A reader that has had enough is no error.
  process.stdout.on("error", (error) => {
    if (error.code === "EPIPE") return;
    process.stderr.write(`error: standard output cannot be written: ${error.code}\n`);
    process.exitCode = 1;
  });
  process.stdout.write(`${require("../package.json").version}\n`);
} else {
  require("../dist/load.js").load("main.js");
}
