import { unverified, type SandboxRule } from "./rule.ts";

const guide = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide";
const api = "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference";

/** How stacks come, change and go. */
export const stackRules: readonly SandboxRule[] = [
  {
    rule:
      "Templates in JSON or YAML (51,200 bytes) with Ref, Fn::GetAtt, Fn::Sub and Fn::Base64, of the resource types that " +
      "`aiplat capacity generate` writes: any other type is an unrecognized one. Other sections and functions are refused.",
    source:
      "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html; what is left out: the sandbox's own",
  },
  {
    rule:
      "A change set is made in a moment and changes nothing: its stack, where it is new, is in REVIEW_IN_PROGRESS. One without " +
      "changes is FAILED with `The submitted information didn't contain changes.`; a template with a role needs CAPABILITY_IAM.",
    source: `${guide}/using-cfn-updating-stacks-changesets-create.html; ${api}/API_CreateChangeSet.html; the text: https://github.com/elias5000/clouds-aws/issues/9, where one that was executed leaves its name to the next, too`,
  },
  {
    rule:
      "A change that comes through a reference is shown as Dynamic, with what causes it. A resource with a name of its own " +
      "cannot be replaced.",
    source: `${guide}/using-cfn-updating-stacks-changesets-view.html; ${guide}/troubleshooting.html`,
  },
  {
    rule:
      "Resources are made one after the other, each after those that it depends on, in two seconds each, and removed the other " +
      "way round.",
    source: `the order: ${guide}/cloudformation-dependson.html; one at a time, and the seconds: the sandbox's own`,
  },
  {
    rule:
      "Where a resource fails, a new stack is rolled back to nothing (ROLLBACK_COMPLETE, of which only a deletion is left) and " +
      "an update to the template before (UPDATE_ROLLBACK_COMPLETE), with the service's message as the reason.",
    source: `${guide}/stack-failure-options.html; ${guide}/view-stack-events.html`,
  },
  {
    rule:
      "A group is made once it has its desired size in service; it fails after five minutes of launches that fail, with the last " +
      "activity's message.",
    source: `${guide}/troubleshooting.html; the five minutes: the sandbox's own`,
  },
  {
    rule:
      "A group is deleted by bringing it to no instances: it hangs while one is protected from scale-in, and fails after an " +
      "hour. What it needs stays then, and another DeleteStack goes on from there.",
    source:
      "https://github.com/aws/aws-cdk/issues/18179; https://github.com/aws-samples/aws-fault-injection-simulator-workshop/issues/114; " +
      `the hour: ${unverified}`,
  },
  {
    rule: "A capacity provider that is in the list of a cluster cannot be deleted; its resource fails at once.",
    source: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCapacityProvider.html",
  },
  {
    rule:
      "A deletion overtakes a creation that is under way, and is refused during an update; of a stack that is not there it is " +
      "nothing. Deleted stacks are found by their id.",
    source: `${api}/API_DeleteStack.html; ${api}/API_DescribeStacks.html; during an update: ${unverified}`,
  },
  {
    rule: "Roles, instance profiles and placement groups have names and mean nothing: nobody is asked for permissions.",
    source: "the sandbox's own",
  },
];
