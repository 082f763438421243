// The reference of the command line, from its own help.
import { spawnSync } from "node:child_process";
import { root } from "./pages.mjs";

function help(...command) {
  const { status, stdout, stderr, error } = spawnSync("bash", [`${root}sconce`, ...command, "--help"], { encoding: "utf8", timeout: 120_000 });
  if (error !== undefined || status !== 0) throw new Error(`sconce ${command.join(" ")} --help: ${error?.message ?? stderr}`);
  return stdout;
}

/** The help's parts by their titles: Description, Usage, Arguments, Options, Commands. */
function parts(text) {
  return Object.fromEntries([...text.matchAll(/^([A-Z][a-z]+):\n((?: .*\n|\n(?= ))*)/gm)].map(([, title, lines]) => [title, lines.split("\n").map((line) => line.slice(2)).filter((line) => line !== "")]));
}

/** "name   what it does", as two columns; what follows a line indented is its own. */
const columns = (lines) => lines.map((line) => /^(\S.*?)(?:\s{2,}(.*))?$/.exec(line)).map((match) => [match[1], match[2] ?? ""]);

const escape = (text) => text.replace(/[|<>*_\\]/g, (sign) => ({ "<": "&lt;", ">": "&gt;" }[sign] ?? `\\${sign}`));
const table = (lines) => `| | |\n|---|---|\n${columns(lines).map(([name, what]) => `| \`${name.replaceAll("|", "\\|")}\` | ${escape(what)} |`).join("\n")}\n`;

export const commandNames = () => columns(parts(help()).Commands).map(([name]) => name.split(" ")[0]);

export function commandReference() {
  const sections = commandNames().map((name) => {
    const { Description, Usage, Arguments, Options } = parts(help(name));
    const options = Options.filter((line) => !line.startsWith("-?"));
    return `## ${name}\n\n${escape(Description.join(" "))}\n\n\`\`\`text\n${Usage.join("\n")}\n\`\`\`\n\n${Arguments === undefined ? "" : `${table(Arguments)}\n`}${options.length === 0 ? "" : table(options)}`;
  });
  return `---\ndescription: "Every command and option, from the tool's own help"\n---\n\n# Commands and options\n\n`
    + "What `sconce COMMAND --help` says, of this version. [By example](/reference/tour) shows sessions with each of them. Exit status: 0 all right, 1 something failed, 2 the command line was wrong.\n\n"
    + `${sections.join("\n")}`;
}
