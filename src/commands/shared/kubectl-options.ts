import { present } from "../../core/base/present.ts";
import type { KubectlTarget } from "../../kubectl/kubectl.ts";
import type { OptionsOf, OptionSpec } from "./option.ts";

/** How kubectl names the cluster it talks to. */
export const kubectlOptions = [
  {
    flags: "--kubeconfig <path>",
    description: "kubectl's configuration",
    defaultText: "KUBECONFIG, then ~/.kube/config",
  },
  { flags: "--context <name>", description: "kubectl's context", defaultText: "the current one" },
] as const satisfies readonly OptionSpec[];

/** The flags that kubectl is given, as they were typed. */
export function kubectlTarget({
  kubeconfig,
  context,
  namespace,
}: OptionsOf<typeof kubectlOptions> & { readonly namespace?: string }): KubectlTarget {
  return {
    ...present({ kubeconfig, context, namespace }),
  };
}
