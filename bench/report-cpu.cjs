// Loaded into each measured process: says on descriptor 3 how much CPU it used, the runtime's own start-up included, and
// what it does at its exit: it reports after every other listener.
const report = () => {
  const { user, system } = process.cpuUsage();
  require("node:fs").writeSync(3, String(user + system));
};
process.on("exit", report);
process.on("newListener", (event, listener) => {
  if (event !== "exit" || listener === report) return;
  process.removeListener("exit", report);
  process.nextTick(() => process.on("exit", report));
});
