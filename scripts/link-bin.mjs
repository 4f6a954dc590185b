// Makes `npx aiplat` run this checkout: npm links the commands of a package's dependencies, not its own.
import { rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// On Windows a command is a script, not a link; there `node bin/aiplat.js` serves.
if (process.platform !== "win32") {
  const link = join(dirname(fileURLToPath(import.meta.url)), "../node_modules/.bin/aiplat");
  await rm(link, { force: true });
  await symlink("../../bin/aiplat.js", link);
}
