// An empty folder without the checkout in reach, as a new user has one, and commands in it.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const packages = join(root, "artifacts", "packages");
export const version = readFileSync(join(root, "VERSION"), "utf8").trim();

/** What the commands are tried on: the bundled model with PyTorch's numbers, a guest of WASI-NN, and its picture. */
const samples = { "digits.pt2": "examples/digits", "digits.npz": "examples/digits", "four.pgm": "examples/wasi-nn", "digits-guest.wasm": "web/playground/dist/sample" };

export class Folder {
  /** @param programs the only ones on the PATH */
  constructor(name, programs) {
    // Its real path, for Node's answers have that.
    this.path = realpathSync(mkdtempSync(join(tmpdir(), `sconce-${name}-`)));
    for (const [file, from] of Object.entries(samples)) copyFileSync(join(root, from, file), join(this.path, file));
    const [bin, home] = ["bin", "home"].map((folder) => join(this.path, ".machine", folder));
    for (const folder of [bin, home]) mkdirSync(folder, { recursive: true });
    for (const program of programs) symlinkSync(realpathSync(which(program)), join(bin, program));
    // The registries that are set up for this machine stay.
    this.environment = { PATH: bin, HOME: home, NO_COLOR: "1", DOTNET_CLI_TELEMETRY_OPTOUT: "1", DOTNET_NOLOGO: "1" };
  }

  at(file) {
    return join(this.path, file);
  }

  /** Runs a command to its end. */
  run(command, ...args) {
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: this.path, env: this.environment, encoding: "utf8", timeout: 180_000 });
    if (error !== undefined) throw error;
    return { status, stdout, stderr };
  }

  /** Runs a command that must do well; gives what it prints. */
  ok(command, ...args) {
    const { status, stdout, stderr } = this.run(command, ...args);
    if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  }

  /** Starts a command that goes on, as the leader of a group. */
  start(command, ...args) {
    return spawn(command, args, { cwd: this.path, env: this.environment, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  }

  remove() {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function which(program) {
  const found = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, program)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error(`${program} was not found on the PATH`);
  return found;
}
