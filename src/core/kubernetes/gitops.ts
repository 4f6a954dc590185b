/** What has a controller in the cluster apply a folder of manifests out of a Git repository. */
import { present } from "../base/present.ts";
import { listOr, problem, settingProblem, type Problem } from "../base/problem.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { extraOf, type Extra } from "./extras.ts";
import { definitionOf, type Kind } from "./kinds.ts";
import type { Manifest, Metadata } from "./manifest.ts";

export const gitopsTools = ["argocd", "flux"] as const;
export type GitopsTool = (typeof gitopsTools)[number];

export interface GitopsSettings {
  readonly tool: GitopsTool;
  /** Of the repository, as the controller clones it. */
  readonly repoUrl: string;
  /** The folder of the manifests, from the repository's root. */
  readonly path: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

export interface GitopsContents {
  readonly workload: ResolvedWorkload;
  readonly kind: Kind;
  readonly metadata: Metadata;
  readonly extras?: readonly Extra[];
  readonly gitops?: GitopsSettings;
}

/** What each tool makes, by which eks.companions reaches it. */
export const gitopsKinds: Readonly<Record<GitopsTool, readonly string[]>> = {
  argocd: ["Application"],
  flux: ["GitRepository", "Kustomization"],
};

/** Where each is installed unless somebody says otherwise, and its resources with it. */
const namespaces: Readonly<Record<GitopsTool, string>> = { argocd: "argocd", flux: "flux-system" };

/** `git@github.com:org/repo.git`, which only ssh itself and Argo CD take. */
const shortSsh = /^([\w.-]+@[\w.-]+):(?!\/\/)(.+)$/;

export function gitopsProblems({ workload, kind, extras = [], gitops }: GitopsContents): readonly Problem[] {
  if (gitops === undefined) return [];
  const { tool, repoUrl } = gitops;
  const ssh = shortSsh.exec(repoUrl);
  return [
    ...(workload.eks.namespace === undefined
      ? [
          problem(
            "gitops",
            ["eks"],
            `--gitops ${tool}: the workload names no namespace, and a controller has no context to take it from`,
            "Write eks.namespace: NAME.",
          ),
        ]
      : []),
    ...(tool === "flux" && ssh !== null
      ? [
          settingProblem(
            "gitops",
            `--repo-url ${repoUrl}: a GitRepository takes http, https and ssh`,
            `Write ssh://${ssh[1]}/${ssh[2]}.`,
          ),
        ]
      : []),
    // It tries every object of a kustomization before it applies any: fluxcd/pkg ssa/manager_apply.go (ApplyAll).
    ...(tool === "flux" && definitionOf(kind).companionsFirst === true
      ? [
          settingProblem(
            "gitops",
            `--gitops flux: Flux tries all of a folder before it applies any, and the API server refuses a ${kind} as long as what it refers to is not there`,
            "Use --gitops argocd, or another kind.",
          ),
        ]
      : []),
    ...(tool === "flux" ? extras : []).flatMap((extra) => {
      const { firstKind, makes } = extraOf(extra);
      return firstKind === undefined
        ? []
        : [
            settingProblem(
              "gitops",
              `--gitops flux: Flux tries all of a folder before it applies any, and the API server knows no ${listOr(
                makes.filter((each) => each !== firstKind),
              )} of --with ${extra} as long as its ${firstKind} is not there`,
              `Use --gitops argocd, or leave ${extra} out and apply it by hand.`,
            ),
          ];
    }),
  ];
}

/** What is written beside the folder's manifests: it is applied once, by hand or by what looks after the controller. */
export function gitopsManifests({ workload, metadata, gitops }: GitopsContents): readonly Manifest[] {
  if (gitops === undefined) return [];
  const own: Metadata = { ...metadata, namespace: namespaces[gitops.tool] };
  return gitops.tool === "argocd" ? [application(own, workload, gitops)] : fluxManifests(own, gitops);
}

/** Argo CD applies a lower wave first, and the others once it is healthy. https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/ */
const firstWave = { "argocd.argoproj.io/sync-wave": "-1" };

/** The manifests that Argo CD has to apply before the others, where the API server wants them there. */
export function beforeOthers(manifests: readonly Manifest[], { kind, gitops }: GitopsContents): readonly Manifest[] {
  if (!appliesInWaves(gitops) || definitionOf(kind).companionsFirst !== true) return manifests;
  return manifests.map((each) => annotated(each, firstWave));
}

/** Argo CD, too, tries first, and is told what it cannot try. https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#skip-dry-run-for-new-custom-resources-types */
const untried = { "argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true" };

/** What the extras make, for Argo CD with the kinds first that the others' are made of. */
export function extrasInWaves(
  manifests: readonly Manifest[],
  { extras = [], gitops }: GitopsContents,
): readonly Manifest[] {
  if (!appliesInWaves(gitops)) return manifests;
  const ordered = extras.map(extraOf).filter(({ firstKind }) => firstKind !== undefined);
  return manifests.map((each) => {
    const extra = ordered.find(({ makes }) => makes.includes(each.kind));
    if (extra === undefined) return each;
    return annotated(each, each.kind === extra.firstKind ? firstWave : untried);
  });
}

function annotated(manifest: Manifest, annotations: Readonly<Record<string, string>>): Manifest {
  const { metadata } = manifest;
  return { ...manifest, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } };
}

/** Whether the tool waits for what has to be first. */
export function appliesInWaves(gitops: GitopsSettings | undefined): boolean {
  return gitops?.tool === "argocd";
}

/** https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#applications */
function application(
  metadata: Metadata,
  { eks }: ResolvedWorkload,
  { repoUrl, path, revision }: GitopsSettings,
): Manifest {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata,
    spec: {
      project: "default",
      source: { repoURL: repoUrl, path, targetRevision: revision },
      // The cluster that Argo CD itself runs in.
      destination: { server: "https://kubernetes.default.svc", ...present({ namespace: eks.namespace }) },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
  };
}

/** https://fluxcd.io/flux/components/source/gitrepositories/ and https://fluxcd.io/flux/components/kustomize/kustomizations/ */
function fluxManifests(metadata: Metadata, { repoUrl, path, revision }: GitopsSettings): readonly Manifest[] {
  return [
    {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "GitRepository",
      metadata,
      spec: { interval: "1m", url: repoUrl, ref: fluxReference(revision) },
    },
    {
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      metadata,
      spec: {
        interval: "10m",
        path: `./${path}`,
        prune: true,
        sourceRef: { kind: "GitRepository", name: metadata.name },
      },
    },
  ];
}

/** A reference in full is taken as it is; without one it is a branch, unless it is a commit. */
function fluxReference(revision: string): Readonly<Record<string, string>> {
  if (revision.startsWith("refs/")) return { name: revision };
  return /^[0-9a-f]{40}$/.test(revision) ? { commit: revision } : { branch: revision };
}
