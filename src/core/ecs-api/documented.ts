import type { Field } from "./field.ts";

/** What the API's pages say of a structure, and its model does not. */
interface Documented {
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, Field>>;
}

/** By the structure's name in the API. */
export const documented: Readonly<Record<string, Documented>> = {
  // "Container.name should not be null or empty.", "Container.image should not be null or empty." (RegisterTaskDefinition)
  ContainerDefinition: { required: ["name", "image"] },
};
