/** What stands on the command line after the program's own name. */
export function processArguments(): readonly string[] {
  return process.argv.slice(2);
}
