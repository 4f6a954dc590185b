import type { CheckItem, CheckReport, CheckStatus } from "../core/kubernetes/check/finding.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";

/** What `eks check` found: a tree on a terminal and in a pipe, a table elsewhere. */
export function checkReportView(report: CheckReport): View {
  const rows = report.groups.flatMap(({ subject, items }) => items.map(({ status, check, message, fix }) => [status, subject, check, message, fix ?? ""]));
  return {
    kind: "EksCheck",
    document: { ...report },
    text: (style) => draw(report, style),
    piped: draw(report, plain),
    table: { columns: [{ title: "STATUS", mark: (text, style) => marks(style)[text as CheckStatus](text) }, { title: "SUBJECT" }, { title: "CHECK" }, { title: "MESSAGE" }, { title: "FIX" }], rows },
  };
}

const plain: Style = { bold: String, dim: String, red: String, green: String, yellow: String, cyan: String };

function marks({ green, yellow, dim, red }: Style): Readonly<Record<CheckStatus, (text: string) => string>> {
  return { OK: green, WARN: yellow, SKIP: dim, FAIL: red };
}

function draw({ cluster, kubernetesVersion, groups }: CheckReport, style: Style): string {
  const line = ({ status, message, fix }: CheckItem) => `  ${marks(style)[status](status.padEnd(4))}  ${message}\n${fix === undefined ? "" : `        ${style.dim(fix)}\n`}`;
  return `${style.bold(cluster)} (Kubernetes ${kubernetesVersion})\n${groups.map(({ subject, items }) => `\n${style.bold(subject)}\n${items.map(line).join("")}`).join("")}`;
}
