import { describe, expect, it } from "vitest";
import { formatTemplate } from "../../../src/output/yaml.ts";
import { capacitiesOf, capacityCases } from "../../support/capacity.ts";

describe("the template of a capacity", () => {
  it.each(Object.entries(capacityCases))("of %s is what a reviewer has seen", async (name, each) => {
    const [{ template } = { template: undefined }] = capacitiesOf(each);
    await expect(formatTemplate(template, [])).toMatchFileSnapshot(`../../golden/capacity/${name}.yaml`);
  });
});
