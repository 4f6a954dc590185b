// Writes the plan as a comment of the pull request: one for each workload, found again by its first line and updated.
// https://docs.github.com/en/rest/issues/comments
import { existsSync, readFileSync } from "node:fs";

const { AIPLAT_WORKLOAD = "", AIPLAT_REPORT = "", GITHUB_TOKEN = "", ...env } = process.env;

/** GitHub takes 65,536 characters. */
const mostCharacters = 60_000;
const pageSize = 100;

const event = env.GITHUB_EVENT_PATH && existsSync(env.GITHUB_EVENT_PATH) ? readJson(env.GITHUB_EVENT_PATH) : {};
const number = event.pull_request?.number ?? event.issue?.number;
if (number === undefined) console.log("No pull request: the plan is in the summary of the run.");
else await comment(`${env.GITHUB_API_URL ?? "https://api.github.com"}/repos/${env.GITHUB_REPOSITORY}`);

async function comment(repository) {
  const workload = AIPLAT_WORKLOAD.trim().split(/\s+/).join(" ");
  const marker = `<!-- aiplat plan of ${workload.replaceAll("--", "")} -->`;
  const report = readFileSync(AIPLAT_REPORT, "utf8").trim();
  const body = [
    marker,
    `### aiplat plan of \`${workload}\``,
    report.length <= mostCharacters ? report : `${report.slice(0, mostCharacters)}\n\n... and more: see the run.`,
    `<sub>of ${env.GITHUB_SHA ?? "the working tree"}</sub>`,
  ].join("\n\n");
  try {
    const own = await findComment(`${repository}/issues/${number}/comments`, marker);
    if (own === undefined) await call("POST", `${repository}/issues/${number}/comments`, { body });
    else await call("PATCH", `${repository}/issues/comments/${own.id}`, { body });
  } catch (error) {
    // The token of a pull request from a fork may not write: the plan stands in the summary all the same.
    if (error.status !== 403) throw error;
    console.log(`::warning title=aiplat::The plan is in the summary only: ${error.message}`);
  }
}

async function findComment(url, marker) {
  for (let page = 1; ; page++) {
    const comments = await call("GET", `${url}?per_page=${pageSize}&page=${page}`);
    const own = comments.find(({ body }) => body?.startsWith(marker));
    if (own !== undefined || comments.length < pageSize) return own;
  }
}

async function call(method, url, body) {
  const answer = await fetch(url, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${GITHUB_TOKEN}`,
      "x-github-api-version": "2022-11-28",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw Object.assign(new Error(`GitHub answered ${answer.status}: ${text}`), { status: answer.status });
  return JSON.parse(text);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}
