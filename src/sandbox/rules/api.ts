import { api, guide, unverified, type SandboxRule } from "./rule.ts";

/** The API's limits, pages, tokens and refusals. */
export const apiRules: readonly SandboxRule[] = [
  {
    rule:
      "RunTask under one client token runs once for 24 hours; for another request: " +
      "ConflictException with the tasks' ARNs.",
    source: `${api}/ECS_Idempotency.html`,
  },
  { rule: "A RunTask that started nothing leaves nothing under its token.", source: unverified },
  {
    rule: "ListTasks: desired status RUNNING unless asked; startedBy is the only filter.",
    source: `${api}/API_ListTasks.html`,
  },
  {
    rule:
      "Pages of 100 at most (services and capacity providers 10 unless asked); " +
      "lists are in the order of their ARNs.",
    source: `the sizes: ${api}; the order: ${unverified}`,
  },
  {
    rule: "Describe calls answer what is not there as failures, MISSING.",
    source: `${guide}/api_failures_messages.html`,
  },
  {
    rule:
      "RunTask takes 10 tasks, StartTask 10 instances, describe calls 100 (services 10), " +
      "overrides 8,192 characters, a definition 64 KiB, a resource 50 tags, an instance 10 custom attributes.",
    source: `${guide}/service-quotas.html; ${api}`,
  },
  { rule: "The wording of refusals that is not quoted here.", source: unverified },
  {
    rule:
      "Loopback hosts only (the Host header), no page of another origin; 1,024 connections, bodies of 4 MiB, " +
      "30 seconds for a request to come in.",
    source: "the sandbox's own",
  },
  { rule: "Signatures and permissions are not checked.", source: "the sandbox's own" },
  {
    rule:
      "AMI ids are made up, the same for a region and a parameter each time; container instances have the current image of " +
      "their type.",
    source: "the sandbox's own; the parameters are AWS's",
  },
];
