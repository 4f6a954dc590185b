#!/usr/bin/env node
"use strict";
// CommonJS on purpose: it starts faster than ES modules on Node 20.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`aiplat needs Node.js 20.19 or later; this is ${process.version}.\n`);
  process.exitCode = 1;
} else if (process.argv.length === 3 && /^(-V|--version)$/.test(process.argv[2])) {
  // What scripts ask most, and nothing needs to be loaded for: Node's stream of standard output takes a tenth of a start-up.
  const text = `${require("../package.json").version}\n`;
  try {
    require("node:fs").writeSync(1, text);
  } catch ({ code }) {
    // A full pipe that does not wait is the stream's to wait for; a reader that has had enough is no error.
    if (code === "EAGAIN") process.stdout.write(text);
    else if (code !== "EPIPE") {
      process.stderr.write(`error: standard output cannot be written: ${code}\n`);
      process.exitCode = 1;
    }
  }
} else {
  require("../dist/load.js").load("main.js");
}
