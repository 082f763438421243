/** Takes a line of arguments apart at its blanks, as a shell does: quotes keep a part together, a backslash the next character. */
export function splitArguments(line: string): string[] {
  const found: string[] = [];
  let part: string | undefined;
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i);
    if (character === "\\" && quote !== "'" && i + 1 < line.length) part = (part ?? "") + line.charAt(++i);
    else if (character === quote) quote = "";
    else if (quote === "" && (character === "'" || character === '"')) [quote, part] = [character, part ?? ""];
    else if (quote !== "" || !/\s/.test(character)) part = (part ?? "") + character;
    else if (part !== undefined) [part] = [undefined, found.push(part)];
  }
  return part === undefined ? found : [...found, part];
}

/** The same line from its parts. */
export function joinArguments(args: readonly string[]): string {
  return args.map((arg) => (/^[^\s'"\\]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`)).join(" ");
}
