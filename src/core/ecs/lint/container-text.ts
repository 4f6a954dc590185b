/** How a message names a container: nobody has to have given it a name. */
export function containerText(name: string | undefined): string {
  return name === undefined || name === "" ? "the container without a name" : `the container ${name}`;
}
