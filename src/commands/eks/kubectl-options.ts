import { present } from "../../core/base/present.ts";
import type { KubectlTarget } from "../../kubectl/kubectl.ts";
import type { OptionSpec } from "../command.ts";

/** How kubectl names the cluster it talks to. */
export const kubectlOptions: readonly OptionSpec[] = [
  {
    flags: "--kubeconfig <path>",
    description: "kubectl's configuration",
    defaultText: "KUBECONFIG, then ~/.kube/config",
  },
  { flags: "--context <name>", description: "kubectl's context", defaultText: "the current one" },
];

/** The flags that kubectl is given, as they were typed. */
export function kubectlTarget({
  kubeconfig,
  context,
  namespace,
}: { readonly [Key in keyof KubectlTarget]?: KubectlTarget[Key] | undefined }): KubectlTarget {
  return {
    ...present({ kubeconfig, context, namespace }),
  };
}
