/** Where a sandbox that was started as a process answers, once it says so. */
export async function endpointOf({ stdout }) {
  let text = "";
  for await (const chunk of stdout) {
    text += chunk;
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text);
    if (found !== null) return found[0];
  }
  throw new Error(`the sandbox ended: ${text}`);
}
