// Preloaded by build.mjs into a command on Node 20: keeps what V8 has compiled when the command is over.
"use strict";
const { writeFileSync } = require("node:fs");
const vm = require("node:vm");
const { compiledPath } = require("../bin/load.js");

const scripts = new Map();
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    scripts.set(options.filename, this);
  }
};

process.on("exit", () => {
  for (const [filename, script] of scripts) writeFileSync(compiledPath(filename), script.createCachedData());
});
