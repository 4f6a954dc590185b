/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html: any of a filter's values, all of the filters. */
import { AwsError } from "../wire/aws-error.ts";
import { list, struct, text } from "../wire/shape.ts";

export const filterList = list(struct({ Name: text, Value: list(text) }));

type Filters = readonly { readonly Name?: string; readonly Value?: readonly string[] }[];

/**
 * Those of the items that the filters let through; `tag:KEY` and `tag-key` look at an item's tags.
 *
 * @param fields What each filter looks at.
 * @throws AwsError for a filter that the sandbox does not know.
 */
export function filtered<Item>(
  items: readonly Item[],
  filters: Filters | undefined = [],
  fields: Readonly<Record<string, (item: Item) => string | undefined>>,
  tagsOf?: (item: Item) => readonly { readonly key?: string; readonly value?: string }[],
): readonly Item[] {
  const tests = filters.map(({ Name = "", Value: values = [] }) => {
    const matches = values.map(matcherOf);
    const key = /^tag:(.+)$/s.exec(Name)?.[1];
    const read = Object.hasOwn(fields, Name) ? fields[Name]! : undefined;
    const textsOf = (item: Item): readonly (string | undefined)[] => {
      if (tagsOf !== undefined && key !== undefined)
        return tagsOf(item).flatMap((tag) => (tag.key === key ? [tag.value] : []));
      if (tagsOf !== undefined && Name === "tag-key") return tagsOf(item).map((tag) => tag.key);
      return [read?.(item)];
    };
    if (read === undefined && (tagsOf === undefined || (key === undefined && Name !== "tag-key")))
      throw new AwsError("InvalidParameterValue", `The filter '${Name.slice(0, 200)}' is invalid`);
    return (item: Item) => textsOf(item).some((found) => found !== undefined && matches.some((each) => each(found)));
  });
  return items.filter((item) => tests.every((test) => test(item)));
}

/** `*` stands for any characters, `?` for one. */
function matcherOf(value: string): (found: string) => boolean {
  if (!/[*?]/.test(value)) return (found) => found === value;
  const pattern = value.replace(/[^*?]+/g, (each) => each.replace(/[.+^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(`^${pattern.replace(/\*+/g, ".*").replaceAll("?", ".")}$`, "s");
  return (found) => expression.test(found);
}
