/** An object whose fields without a value are left out: what may be undefined or null becomes optional. */
export type Present<Fields> = {
  readonly [Key in keyof Fields as Fields[Key] extends NonNullable<Fields[Key]> ? Key : never]: Fields[Key];
} & {
  readonly [Key in keyof Fields as Fields[Key] extends NonNullable<Fields[Key]> ? never : Key]?: NonNullable<
    Fields[Key]
  >;
};

/**
 * Leaves out the fields that have no value, as JSON and exact optional properties want it: what is undefined, and null,
 * which some endpoints answer where AWS leaves a field out.
 */
export function present<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  ) as Present<Fields>;
}
