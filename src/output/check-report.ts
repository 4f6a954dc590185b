import type { CheckItem, CheckReport, CheckStatus } from "../core/base/check-report.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";
import { wrapAfter } from "./wrap.ts";

/** A report with what stands above its tree. */
export interface TitledReport {
  /** The kind of the document. */
  readonly kind: string;
  readonly subject: string;
  /** Stands after the subject, in parentheses. */
  readonly about?: string;
  /** The document's data. */
  readonly report: CheckReport;
}

/** What checks found: a tree on a terminal and in a pipe, a table elsewhere. */
export function checkReportView(titled: TitledReport): View {
  const { kind, subject, about, report } = titled;
  const rows = report.groups.flatMap(({ subject, items }) =>
    items.map(({ status, check, message, fix }) => [status, subject, check, message, fix ?? ""]),
  );
  return {
    kind,
    document: { subject, ...(about === undefined ? {} : { about }), ...report },
    text: (style, columns) => draw(titled, style, columns),
    piped: (style) => draw(titled, style, Number.POSITIVE_INFINITY),
    table: {
      columns: [
        { title: "STATUS", mark: (text, style) => marks(style)[text as CheckStatus](text) },
        { title: "SUBJECT" },
        { title: "CHECK" },
        { title: "MESSAGE" },
        { title: "FIX" },
      ],
      rows,
    },
  };
}

function marks({ green, yellow, dim, red }: Style): Readonly<Record<CheckStatus, (text: string) => string>> {
  return { OK: green, WARN: yellow, SKIP: dim, FAIL: red };
}

/** The width of `  FAIL  `. */
const indent = 8;

function draw({ subject, about, report }: TitledReport, style: Style, columns: number): string {
  const under = (text: string) => wrapAfter(indent, text, columns);
  const line = ({ status, message, fix }: CheckItem) =>
    `  ${marks(style)[status](status.padEnd(4))}  ${under(message)}\n` +
    `${fix === undefined ? "" : `${" ".repeat(indent)}${under(fix)}\n`}`;
  const branches = report.groups.map((group) => `\n${style.bold(group.subject)}\n${group.items.map(line).join("")}`);
  return `${style.bold(subject)}${about === undefined ? "" : ` (${about})`}\n${branches.join("")}`;
}
