/** What the registry says of a problem's code or a rule's id. */
export interface CodeEntry {
  /** Where one code stands for both, the finding says which it is. */
  readonly severity: "error" | "warning" | "either";
  /** What is wrong where the code is seen, in one sentence without its full stop. */
  readonly meaning: string;
}

export const error = (meaning: string) => ({ severity: "error", meaning }) as const;
export const warning = (meaning: string) => ({ severity: "warning", meaning }) as const;
export const either = (meaning: string) => ({ severity: "either", meaning }) as const;

/** The codes of a table, by title and code. */
export type CodesOf<Table> = { [Title in keyof Table]: keyof Table[Title] & string }[keyof Table];

/** The codes of a table that may have a severity. */
export type CodesWith<Severity, Table> = {
  [Title in keyof Table]: {
    [Code in keyof Table[Title]]: Table[Title][Code] extends { readonly severity: Severity | "either" } ? Code : never;
  }[keyof Table[Title]] &
    string;
}[keyof Table];
