/** Whether something in AWS is as a template of CloudFormation says. */
import { recordOf } from "./deployed-stack.ts";

/** A property that is not as the template says. */
export interface Difference {
  /** As `MetadataOptions.HttpTokens`. */
  readonly path: string;
  /** What there is, in few words. */
  readonly is: string;
  /** What the template says. */
  readonly wanted: string;
}

/** How long a value may be in a sentence. */
const shown = 60;

/**
 * What the template says and is not so. What it leaves out may be anything: AWS fills that in.
 *
 * @param physicalIds What references stand for; one to something that is not known is as it is.
 */
export function differences(
  wanted: unknown,
  is: unknown,
  physicalIds: ReadonlyMap<string, string>,
  path = "",
): readonly Difference[] {
  const differs = (): readonly Difference[] => [{ path, is: brief(is), wanted: brief(wanted) }];
  const record = recordOf(wanted);
  const [name, argument] = record === undefined ? [] : (Object.entries(record)[0] ?? []);
  if (name === "Fn::Base64")
    return is === argument ? [] : [{ path, is: "another text", wanted: "what generate printed" }];
  if (name === "Ref" || name === "Fn::GetAtt") {
    const physicalId = physicalIds.get(String(name === "Ref" ? argument : (argument as readonly unknown[])[0]));
    // An ARN ends with what the resource is called; other attributes, as a version's number, are of the moment.
    const isKnown = name === "Ref" || /(?:Arn|Id)$/.test(String((argument as readonly unknown[])[1]));
    if (physicalId === undefined || !isKnown) return [];
    return String(is) === physicalId || String(is).endsWith(`/${physicalId}`)
      ? []
      : [{ path, is: brief(is), wanted: physicalId }];
  }
  if (name?.startsWith("Fn::") === true) return [];
  if (record !== undefined) {
    const found = recordOf(is);
    if (found === undefined) return differs();
    return Object.entries(record).flatMap(([key, value]) =>
      differences(value, found[key], physicalIds, path === "" ? key : `${path}.${key}`),
    );
  }
  if (Array.isArray(wanted)) {
    const left: unknown[] = Array.isArray(is) ? [...(is as readonly unknown[])] : [];
    if (left.length !== wanted.length)
      return [{ path, is: `a list of ${left.length}`, wanted: `one of ${wanted.length}` }];
    // AWS answers lists in an order of its own.
    const unmatched = (wanted as readonly unknown[]).filter((each) => {
      const at = left.findIndex((other) => differences(each, other, physicalIds).length === 0);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
    if (unmatched.length === 0) return [];
    return unmatched.length === 1
      ? differences(unmatched[0], left[0], physicalIds, path)
      : [{ path, is: brief(left), wanted: brief(unmatched) }];
  }
  return String(is) === String(wanted) ? [] : differs();
}

function brief(value: unknown): string {
  if (value === undefined) return "not set";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > shown ? `${text.slice(0, shown)}...` : text;
}
