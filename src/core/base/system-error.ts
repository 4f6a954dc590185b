/** What errors of the operating system say, in words; Node's own text has a call and the whole path in it. */
const words: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EBUSY: "it is in use",
  EDQUOT: "the quota of the disk is used up",
  EEXIST: "a part of its path is a file, not a folder",
  EFBIG: "it is too large for the file system",
  ELOOP: "its links lead round in a circle",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
  ENFILE: "too many files are open",
  ENOSPC: "there is no space left",
  ENOTDIR: "a part of its path is a file, not a folder",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
};

/** Why the system refused a file, in a few words. */
export function systemSays({ code = "", message }: Error & { readonly code?: string | undefined }): string {
  return words[code] ?? message;
}
