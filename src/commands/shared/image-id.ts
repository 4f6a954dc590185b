import { AiplatError } from "../../errors.ts";

/** The value of --image-id. */
export function imageId(text: string, flag: string): string {
  if (/^ami-[0-9a-f]+$/.test(text)) return text;
  throw new AiplatError("Usage", `${flag} ${text}: must be an image's id, as ami-0123456789abcdef0`);
}
