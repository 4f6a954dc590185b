// Finds or builds etcd, kube-apiserver and kube-scheduler, which test/conformance/kubernetes-*.test.ts hold manifests to,
// and prints their folder, as controller-runtime's envtest names it:
//
//   export KUBEBUILDER_ASSETS="$(npm run --silent apiserver)"
//
// Wanted are Go 1.24 or later and a module proxy; the first time takes a quarter of an hour on two cores, at low priority.
// What is built stays in $XDG_CACHE_HOME (~/.cache), a folder a version: delete it to build again.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

// The version whose schemas test/fixtures/kubernetes-api.json has.
const version = "1.34.2";
const servers = {
  "kube-apiserver": kubernetesMain("kube-apiserver", "NewAPIServerCommand"),
  "kube-scheduler": kubernetesMain("kube-scheduler", "NewSchedulerCommand"),
  etcd: `package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
`,
};

const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
const folder = join(cache, "aiplat-apiserver", version);
if (!(await isComplete())) await build();
process.stdout.write(`${folder}\n`);

async function isComplete() {
  const found = Object.keys(servers).map((name) => access(join(folder, name)));
  return (await Promise.allSettled(found)).every(({ status }) => status === "fulfilled");
}

async function build() {
  const source = join(folder, "source");
  await rm(source, { recursive: true, force: true });
  await mkdir(join(source, "built"), { recursive: true });
  for (const [name, text] of Object.entries(servers)) {
    await mkdir(join(source, name));
    await writeFile(join(source, name, "main.go"), text);
  }
  await writeFile(join(source, "go.mod"), await goModule());
  const stamp = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"]
    .flatMap((where) => [`-X ${where}.gitVersion=v${version}`, `-X ${where}.gitMajor=1`, `-X ${where}.gitMinor=34`])
    .join(" ");
  for (const name of Object.keys(servers)) {
    process.stderr.write(`building ${name}\n`);
    const flags = ["-mod=mod", "-trimpath", "-ldflags", `-s -w ${stamp}`, "-o", join(source, "built", name)];
    const go = spawn("nice", ["-n", "15", "go", "build", ...flags, `./${name}`], {
      cwd: source,
      env: { ...process.env, CGO_ENABLED: "0" },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const [code] = await once(go, "exit");
    if (code !== 0) throw new Error(`go build of ${name} ended with ${code}: see above`);
    await rename(join(source, "built", name), join(folder, name));
  }
  await rm(source, { recursive: true });
}

/** Kubernetes takes its staging modules from its own tree, which its Go module lacks: they are published as v0. */
async function goModule() {
  const wanted = `k8s.io/kubernetes@v${version}`;
  const { stdout } = await promisify(execFile)("go", ["mod", "download", "-json", wanted]);
  const published = await readFile(JSON.parse(stdout).GoMod, "utf8");
  const staging = [...published.matchAll(/^\t?(?:replace )?(\S+) => \.\/staging\/src\/\S+$/gmu)].map(
    ([, path]) => path,
  );
  const etcd = /go\.etcd\.io\/etcd\/client\/v3 (\S+)/u.exec(published)[1];
  const go = /^go (\S+)$/mu.exec(published)[1];
  const replaced = staging.map((path) => `replace ${path} => ${path} v${version.replace(/^1\./u, "0.")}\n`);
  return `module aiplat.dev/apiserver

go ${go}

require (
	k8s.io/kubernetes v${version}
	go.etcd.io/etcd/server/v3 ${etcd}
)

${replaced.join("")}`;
}

function kubernetesMain(name, command) {
  return `package main

import (
	"os"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/${name}/app"
)

func main() { os.Exit(cli.Run(app.${command}())) }
`;
}
