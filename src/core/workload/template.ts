/** A workload to start from: a folder of templates/ with a workload file and a README. */
export interface Template {
  readonly name: string;
  /** The first line of the README. */
  readonly summary: string;
  /** The text of the workload file. */
  readonly workload: string;
  readonly readme: string;
}
