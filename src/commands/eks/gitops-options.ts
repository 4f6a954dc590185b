/** What applies a folder of manifests out of a Git repository. */
import { gitopsTools, type GitopsSettings } from "../../core/kubernetes/gitops.ts";
import { AiplatError } from "../../errors.ts";
import { flagsGiven, type OptionsOf, type OptionSpec } from "../shared/option.ts";

const repositoryOptions = [
  { flags: "--repo-url <url>", description: "the Git repository that the folder is pushed to" },
  { flags: "--repo-revision <revision>", description: "its branch, tag (refs/tags/NAME for Flux) or commit" },
  {
    flags: "--repo-path <path>",
    description: "the folder from the repository's root",
    defaultText: "that of --out-dir",
  },
] as const satisfies readonly OptionSpec[];

export const gitopsOptions = [
  {
    flags: "--gitops <tool>",
    description: "write too what has this controller apply the folder of --out-dir, once it is pushed",
    choices: gitopsTools,
  },
  ...repositoryOptions,
] as const satisfies readonly OptionSpec[];

type GitopsOptions = OptionsOf<typeof gitopsOptions> & { readonly outDir?: string };

export function gitopsSettingsOf(options: GitopsOptions): GitopsSettings | undefined {
  const { gitops: tool, repoUrl, repoRevision: revision, repoPath, outDir } = options;
  if (tool === undefined) {
    const [flag] = flagsGiven(options, repositoryOptions);
    if (flag === undefined) return undefined;
    throw new AiplatError("Usage", `${flag} is for --gitops, which is not there`, {
      hint: "Write --gitops argocd or --gitops flux.",
    });
  }
  const missing = (flag: string, hint: string) =>
    new AiplatError("Usage", `--gitops ${tool}: ${flag} is missing`, { hint });
  if (outDir === undefined) throw missing("--out-dir", "Write --out-dir FOLDER, a folder of the repository.");
  if (repoUrl === undefined) throw missing("--repo-url", "Write --repo-url https://github.com/ORG/REPO.");
  if (revision === undefined) throw missing("--repo-revision", "Write --repo-revision BRANCH.");
  return { tool, repoUrl, revision, path: inRepository(repoPath ?? outDir, repoPath === undefined) };
}

/** A path from the repository's root: no dots, no slash before it. */
function inRepository(path: string, byOutDir: boolean): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (!path.startsWith("/") && !parts.includes("..") && parts.length > 0) return parts.join("/");
  throw new AiplatError(
    "Usage",
    byOutDir
      ? `--out-dir ${path} does not say where in the repository the folder is`
      : `--repo-path ${path} is no folder of the repository`,
    { hint: "Write --repo-path with the folder from the repository's root, as k8s/bert." },
  );
}
