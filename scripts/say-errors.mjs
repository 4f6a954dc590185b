/**
 * Imported by the scripts for its effect: what they throw themselves, and what the file system refuses them, is a sentence
 * for whoever runs them, and is printed as one. Anything else is a bug of theirs, and keeps its stack.
 */
process.on("uncaughtException", (error) => {
  const isSentence = error?.constructor === Error && (error.code === undefined || error.syscall !== undefined);
  process.stderr.write(`${isSentence ? error.message : (error?.stack ?? error)}\n`);
  process.exit(1);
});
