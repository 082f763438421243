// The command line, as ./test has built it.
import { fileURLToPath } from "node:url";

export const root = new URL("../../", import.meta.url);
export const tool = fileURLToPath(new URL("src/Sconce.Cli/bin/Release/net10.0/sconce.dll", root));
