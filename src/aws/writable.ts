/** A type without its `readonly`s: what the SDK's inputs want of arrays. */
type Writable<Value> = Value extends readonly (infer Item)[]
  ? Writable<Item>[]
  : Value extends object
    ? { -readonly [Key in keyof Value]: Writable<Value[Key]> }
    : Value;

/** The same value for an SDK command, which changes nothing in it. */
export function writable<Value>(value: Value): Writable<Value> {
  return value as Writable<Value>;
}
