type KnownKey<T> = keyof { [Key in keyof T as string extends Key ? never : Key]: T[Key] };

/**
 * What a schema reads, as data that nobody changes: readonly all the way down, and of an object that lets unknown
 * members pass, the known ones. A name beside it (`interface X extends Data<...>`) is what the compiler's messages say.
 */
export type Data<T> = T extends readonly (infer Item)[]
  ? readonly Data<Item>[]
  : T extends object
    ? KnownKey<T> extends never
      ? { readonly [Key in keyof T]: Data<T[Key]> }
      : { readonly [Key in keyof T as string extends Key ? never : Key]: Data<T[Key]> }
    : T;
