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

/** What the flags say, or every one that is missing, or there without the one that it is for. */
export function readGitops(options: GitopsOptions): {
  readonly gitops?: GitopsSettings;
  readonly mistakes: readonly AiplatError[];
} {
  const { gitops: tool, repoUrl = "", repoRevision: revision = "", repoPath, outDir } = options;
  const usage = (message: string, hint: string) => new AiplatError("Usage", message, { hint });
  if (tool === undefined) {
    const hint = "Write --gitops argocd or --gitops flux.";
    const stray = flagsGiven(options, repositoryOptions);
    return { mistakes: stray.map((flag) => usage(`${flag} is for --gitops, which is not there`, hint)) };
  }
  const missing = (value: string | undefined, flag: string, hint: string) =>
    value === undefined || value === "" ? [usage(`--gitops ${tool}: ${flag} is missing`, hint)] : [];
  const folder = repoPath ?? outDir;
  const path = folder === undefined ? "" : inRepository(folder);
  const mistakes = [
    ...missing(outDir, "--out-dir", "Write --out-dir FOLDER, a folder of the repository."),
    ...missing(repoUrl, "--repo-url", "Write --repo-url https://github.com/ORG/REPO."),
    ...missing(revision, "--repo-revision", "Write --repo-revision BRANCH."),
    ...(path === undefined
      ? [
          usage(
            repoPath === undefined
              ? `--out-dir ${folder} does not say where in the repository the folder is`
              : `--repo-path ${folder} is no folder of the repository`,
            "Write --repo-path with the folder from the repository's root, as k8s/bert.",
          ),
        ]
      : []),
  ];
  return path === undefined || mistakes.length > 0
    ? { mistakes }
    : { gitops: { tool, repoUrl, revision, path }, mistakes };
}

/** A path from the repository's root, without dots and a slash before it; undefined where it is none. */
function inRepository(path: string): string | undefined {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return path.startsWith("/") || parts.includes("..") || parts.length === 0 ? undefined : parts.join("/");
}
