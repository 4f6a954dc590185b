/** Why an endpoint could not be asked, in few words. */
export function causeOf(error: unknown, timeoutMs: number): string {
  const { message, name, cause } = error as {
    readonly message?: string;
    readonly name?: string;
    readonly cause?: { readonly code?: string; readonly message?: string };
  };
  if (name === "TimeoutError") return `no answer in ${timeoutMs / 1000} seconds`;
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
