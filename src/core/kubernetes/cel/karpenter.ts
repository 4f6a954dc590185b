/** aws/karpenter-provider-aws @1d92708: NodePool and EC2NodeClass v1, NodeOverlay v1alpha1 */
import { nodeClassRules } from "./karpenter/node-class.ts";
import { nodeOverlayRules } from "./karpenter/node-overlay.ts";
import { nodePoolRules } from "./karpenter/node-pool.ts";
import { rulesFor, type CelRule } from "./rule.ts";

/** Every rule of Karpenter's three resources. */
export const karpenterRules: readonly CelRule[] = [
  ...rulesFor("EC2NodeClass", nodeClassRules),
  ...rulesFor("NodePool", nodePoolRules),
  ...rulesFor("NodeOverlay", nodeOverlayRules),
];
