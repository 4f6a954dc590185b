import { briefValue } from "../base/brief-value.ts";
import { isRaw } from "../base/merge.ts";
import { settingProblem, type Problem } from "../base/problem.ts";

/** Far beyond any model's figure. */
const most = 1e9;

/** Several times those of any model. */
const mostLayers = 1000;

/** The figures of one section of a config.json. What is missing or no figure becomes a problem, and reads as 1. */
export class ConfigFields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #from: string;
  readonly #problems: Problem[];
  readonly #told = new Set<string>();

  constructor(values: Readonly<Record<string, unknown>>, from: string, problems: Problem[]) {
    this.#values = values;
    this.#from = from;
    this.#problems = problems;
  }

  /** A figure from 1 to `atMost` that the architecture needs. */
  count(key: string, atMost = most): number {
    const value = this.#whole(key, 1, atMost);
    if (value === undefined && isAbsent(this.#values[key])) this.tell(key, `${key} is missing`);
    return value ?? 1;
  }

  /** A figure of at least 1, or undefined where the file has none. */
  optionalCount(key: string): number | undefined {
    return this.#whole(key, 1, most);
  }

  /** A figure from 0 to `atMost`, 0 where the file has none. */
  amount(key: string, atMost = most): number {
    return this.#whole(key, 0, atMost) ?? 0;
  }

  has(key: string): boolean {
    return !isAbsent(this.#values[key]);
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.#values[key];
    if (isAbsent(value)) return otherwise;
    if (typeof value === "boolean") return value;
    this.tell(key, `${key} is ${briefValue(value)}, and must be true or false`);
    return otherwise;
  }

  text(key: string): string | undefined {
    const value = this.#values[key];
    return typeof value === "string" ? value : undefined;
  }

  /** A list of one entry for each of `length` layers; undefined where the file has none. */
  list(key: string, length: number): readonly unknown[] | undefined {
    const value = this.#values[key];
    if (isAbsent(value)) return undefined;
    if (Array.isArray(value) && value.length === length) return value;
    this.tell(key, `${key} must be a list of ${length} entries, one a layer`);
    return undefined;
  }

  /** The entries of a list of layers, of any length; none where the file has none. */
  entries(key: string): readonly unknown[] {
    const value = this.#values[key] ?? [];
    if (Array.isArray(value) && value.every((each) => Number.isInteger(each))) return value;
    this.tell(key, `${key} is ${briefValue(value)}, and must be a list of whole numbers`);
    return [];
  }

  /** The figures of a section, with what it leaves out because its class has it so. */
  section(key: string, defaults: Readonly<Record<string, unknown>> = {}): ConfigFields {
    const value = this.#values[key];
    if (isRaw(value)) return new ConfigFields({ ...defaults, ...value }, `${this.#from}: ${key}`, this.#problems);
    this.tell(key, `${key} is missing`);
    return new ConfigFields({}, this.#from, []);
  }

  /** A problem with a key, each key once. */
  tell(key: string, message: string): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#problems.push(settingProblem("model-config", `${this.#from}: ${message}`));
  }

  /** How many layers there are: they are gone through one by one. */
  layers(): number {
    return this.count("num_hidden_layers", mostLayers);
  }

  /** How many of the experts one token goes through; `key` says how many there are. */
  expertsPerToken(key: string, perToken = "num_experts_per_tok"): number {
    return this.count(perToken, this.optionalCount(key));
  }

  /** How many layers predict further tokens. */
  predictionLayers(): number {
    return this.amount("num_nextn_predict_layers", mostLayers) + this.amount("mtp_num_hidden_layers", mostLayers);
  }

  #whole(key: string, least: number, atMost: number): number | undefined {
    const value = this.#values[key];
    if (isAbsent(value)) return undefined;
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= atMost) return value;
    this.tell(key, `${key} is ${briefValue(value)}, and must be a whole number from ${least} to ${atMost}`);
    return undefined;
  }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
