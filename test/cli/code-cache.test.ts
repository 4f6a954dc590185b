import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bareEnv, cliPath, spawnCli } from "../support/cli.ts";

const list = ["instances", "list", "--family", "inf1"];

/** Tells on stderr what became of the kept code of each script. */
const tell = `const vm = require("node:vm");
  vm.Script = class extends vm.Script {
    constructor(source, options) {
      super(source, options);
      if (!options.filename.includes("/dist/")) return;
      const fate = { undefined: "compiled", true: "rejected", false: "taken" }[this.cachedDataRejected];
      process.stderr.write(fate + "\\n");
    }
  };`;

describe("aiplat --version", () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
    readonly version: string;
  };

  test.each([["--version"], ["-V"], ["-V", "--quiet"]])("%j", async (...args) => {
    expect(await spawnCli(args)).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("says nothing to a reader that is gone", async () => {
    const script = `'${process.execPath}' '${cliPath()}' --version | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await promisify(execFile)("bash", ["-c", script], { env: bareEnv() });
    expect({ stdout, stderr }).toEqual({ stdout: "0\n", stderr: "" });
  });
});

describe("a command that prints and ends", () => {
  const spare = /^NativeModule (?:net|tty|stream|internal\/abort_controller)$/;
  const tellLoaded = `process.on("exit", () => process._rawDebug(process.moduleLoadList.join("\\n")));`;
  const template = join(import.meta.dirname, "../../templates/pytorch-inference-inf2/aiplat.yaml");
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiplat-loaded-"));
    await writeFile(join(folder, "tell-loaded.cjs"), tellLoaded);
  });
  afterEach(() => rm(folder, { recursive: true }));

  test.each([["--help"], ["instances", "list"], ["validate", template], ["taskdef", "generate", template]])(
    "%j loads neither Node's streams nor what interrupts",
    async (...args) => {
      const flags = ["--require", join(folder, "tell-loaded.cjs")];
      const { stderr } = await promisify(execFile)(process.execPath, [...flags, cliPath(), ...args], {
        env: bareEnv(),
      });
      const loaded = stderr.split("\n");
      expect(loaded).toContain("NativeModule fs");
      expect(loaded.filter((line) => spare.test(line))).toEqual([]);
    },
  );
});

describe("compiled code in the user's cache folder", () => {
  let folder: string;
  let cache: string;
  let home: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiplat-code-"));
    home = join(folder, "home");
    cache = join(home, ".cache/aiplat/code");
    await mkdir(home);
    await writeFile(join(folder, "tell.cjs"), tell);
  });
  afterEach(() => rm(folder, { recursive: true }));

  interface RunOptions {
    readonly env?: Readonly<Record<string, string>>;
    readonly flags?: readonly string[];
    readonly cli?: string;
  }

  /** What became of the scripts' code, each fate once, and what was printed. */
  async function run(args: readonly string[], { env = {}, flags = [], cli = cliPath() }: RunOptions = {}) {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [...flags, "--require", join(folder, "tell.cjs"), cli, ...args],
      { cwd: folder, env: { ...bareEnv(), HOME: home, ...env } },
    );
    return { fates: [...new Set(stderr.trim().split("\n"))], stdout };
  }

  const kept = async () => (await readdir(cache).catch(() => [])).toSorted();

  /** All that a file holds but V8's code, of which it makes a few bytes more or less each time. */
  function contentOf(file: Buffer) {
    let at = file.indexOf("\n") + 1;
    const [key, shapes, lengths] = JSON.parse(file.toString("utf8", 0, at)) as [
      string,
      string[],
      [name: string, source: number, code: number, padding: number][],
    ];
    const sources: Record<string, string> = {};
    for (const [name, source, code, padding] of lengths) {
      expect(code).toBeGreaterThan(0);
      sources[name] = file.toString("latin1", at, at + source);
      at += source + code + padding;
    }
    return { key, shapes, sources, bytesBeyond: file.length - at };
  }

  test("is one file a command, written by the first run, for the user alone, and taken by the next, of every script", async () => {
    const first = await run(list);
    expect(first.fates).toEqual(["compiled"]);
    const files = await kept();
    expect(files).toEqual([expect.stringMatching(/^instances-list\.\w+$/)]);
    const modes = await Promise.all([cache, ...files.map((file) => join(cache, file))].map((path) => stat(path)));
    if (process.platform !== "win32") expect(modes.map(({ mode }) => mode & 0o077)).toEqual(modes.map(() => 0));
    const second = await run(list);
    expect(second).toEqual({ fates: ["taken"], stdout: first.stdout });
    expect(await kept()).toEqual(files);
    await run(["--region", "eu-west-1", ...list]);
    expect(await kept()).toEqual(files);
    await run(["instances", "show", "inf1.xlarge"]);
    expect(await kept()).toEqual([...files, expect.stringMatching(/^instances-show\.\w+$/)]);
  });

  test("is completed by what another way of calling runs", async () => {
    await run(["instances", "list", "--help"]);
    const sizes = async () =>
      (await Promise.all((await kept()).map((file) => stat(join(cache, file))))).reduce(
        (sum, { size }) => sum + size,
        0,
      );
    const little = await sizes();
    await run(list);
    const more = await sizes();
    expect(more).toBeGreaterThan(little * 1.05);
    await run(list);
    expect(await sizes()).toBe(more);
  });

  test("of three months ago makes room", async () => {
    await mkdir(cache, { recursive: true, mode: 0o700 });
    const [old, recent] = [join(cache, "aiplat.old"), join(cache, "aiplat.recent")];
    for (const path of [old, recent]) await writeFile(path, "");
    await utimes(old, new Date(), new Date(Date.now() - 100 * 86_400_000));
    await run(list);
    expect(await kept()).not.toContain("aiplat.old");
    expect(await kept()).toContain("aiplat.recent");
  });

  test("is not taken where it is cut off, or another's, and is written anew", async () => {
    const { stdout } = await run(list);
    const [file = ""] = (await kept()).map((each) => join(cache, each));
    const whole = await readFile(file);
    const broken = {
      "cut off": whole.subarray(0, whole.length - 100),
      "something else": Buffer.from("not at all"),
      "another's": Buffer.from(whole.toString("latin1").replace('["instances list ', '["instances diff '), "latin1"),
    };
    for (const [what, bytes] of Object.entries(broken)) {
      await writeFile(file, bytes);
      expect([what, await run(list)]).toEqual([what, { fates: ["compiled"], stdout }]);
      expect([what, contentOf(await readFile(file))]).toEqual([what, contentOf(whole)]);
      expect((await run(list)).fates).toEqual(["taken"]);
    }
  });

  test("is that of the same flags of Node and of the same content only", async () => {
    await run(list);
    expect((await run(list, { flags: ["--no-opt"] })).fates).toEqual(["compiled"]);
    const copy = join(folder, "копия 1");
    const built = dirname(dirname(cliPath()));
    for (const name of ["bin", "dist"]) await cp(join(built, name), join(copy, name), { recursive: true });
    for (const name of ["package.json", "templates"]) await symlink(join(built, name), join(copy, name));
    const cli = join(copy, "bin/aiplat.js");
    expect((await run(list, { cli })).fates).toEqual(["compiled"]);
    expect((await run(list, { cli })).fates).toEqual(["taken"]);
    const loader = join(copy, "dist/load.js");
    await writeFile(loader, (await readFile(loader, "utf8")).replace(/[0-9a-f]{63}(?=[0-9a-f])/, "0".repeat(63)));
    expect((await run(list, { cli })).fates).toEqual(["compiled"]);
    // Nothing is written beside the package.
    expect(await readdir(join(copy, "dist"))).toEqual(await readdir(join(built, "dist")));
  });

  test.skipIf(process.platform === "win32")(
    "is left alone where others may write, or a link leads elsewhere",
    async () => {
      await mkdir(cache, { recursive: true });
      await chmod(cache, 0o770);
      expect((await run(list)).fates).toEqual(["compiled"]);
      expect(await kept()).toEqual([]);
      await rm(cache, { recursive: true });
      await mkdir(join(folder, "elsewhere"), { mode: 0o700 });
      await symlink(join(folder, "elsewhere"), cache);
      expect((await run(list)).fates).toEqual(["compiled"]);
      expect(await kept()).toEqual([]);
    },
  );

  test("lies in XDG_CACHE_HOME, and nowhere where nothing says where or Node's own switch is off", async () => {
    const xdg = join(folder, "xdg");
    if (process.platform === "linux") {
      await run(list, { env: { XDG_CACHE_HOME: xdg } });
      expect((await readdir(join(xdg, "aiplat/code"))).length).toBe(1);
    }
    await run(list, { env: { NODE_DISABLE_COMPILE_CACHE: "1" } });
    await run(list, { env: { HOME: "" } });
    await run(list, { env: { HOME: "relative" } });
    expect(await kept()).toEqual([]);
    expect(await readdir(folder)).not.toContain("relative");
  });

  test.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "is done without on a read-only disk",
    async () => {
      await chmod(home, 0o500);
      expect((await run(list)).fates).toEqual(["compiled"]);
      await chmod(home, 0o700);
    },
  );
});
