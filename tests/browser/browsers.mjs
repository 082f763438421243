// Starts real browsers on a page, headless, each with a fresh profile. No driver: the page posts its result to the server.
import { spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const quiet = [
  "datareporting.policy.dataSubmissionEnabled", "toolkit.telemetry.enabled", "app.normandy.enabled", "app.update.enabled",
  "browser.shell.checkDefaultBrowser", "browser.safebrowsing.malware.enabled", "browser.safebrowsing.phishing.enabled",
  "extensions.update.enabled", "network.captive-portal-service.enabled", "network.connectivity-service.enabled",
  "services.settings.enabled",
];

const known = {
  Chromium: {
    names: ["chromium", "chromium-browser", "google-chrome"],
    start: (command, profile, url, more = []) => run(command, [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--window-size=1000,800", `--user-data-dir=${profile}`, ...more, url,
    ]),
  },
  Firefox: {
    names: ["firefox-esr", "firefox"],
    start(command, profile, url) {
      const pages = ['user_pref("browser.aboutwelcome.enabled", false);', 'user_pref("datareporting.policy.firstRunURL", "");'];
      writeFileSync(join(profile, "user.js"), [...quiet.map((name) => `user_pref("${name}", false);`), ...pages].join("\n"));
      return run(command, ["--headless", "--no-remote", "--profile", profile, url], { HOME: profile });
    },
  },
  WebKit: {
    names: webkitPaths(),
    async start(command, profile, url) {
      const display = await startDisplay();
      const browser = run(command, [url], {
        HOME: profile, XDG_CACHE_HOME: profile, XDG_DATA_HOME: profile, XDG_CONFIG_HOME: profile,
        DISPLAY: display.name, GDK_BACKEND: "x11", WEBKIT_DISABLE_DMABUF_RENDERER: "1", WEBKIT_DISABLE_COMPOSITING_MODE: "1",
        LIBGL_ALWAYS_SOFTWARE: "1", NO_AT_BRIDGE: "1",
      });
      return [...browser, ...display.processes];
    },
  },
};

/** The browsers that are installed here, and the names of those that are not. */
export function findBrowsers() {
  const found = [];
  const missing = [];
  for (const [name, { names, start }] of Object.entries(known)) {
    const command = names.map(which).find((path) => path !== undefined);
    if (command === undefined) missing.push(name);
    else found.push({ name, command, visit: (url, more) => visit(command, start, url, more) });
  }
  return { found, missing };
}

/** @param more switches of the browser (Chromium only) */
async function visit(command, start, url, more) {
  const profile = mkdtempSync(join(tmpdir(), "sconce-browser-"));
  const processes = await start(command, profile, url, more);
  return {
    /** Each leads a process group, for a browser is many processes. */
    pids: processes.map(({ pid }) => pid),
    async close() {
      await Promise.all(processes.map(stop));
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

// A process group of its own, for a browser is many processes.
function run(command, args, environment = {}) {
  return [spawn(command, args, { stdio: "ignore", detached: true, env: { ...process.env, ...environment } })];
}

async function stop(child) {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    return;
  }
  await ended;
}

/** An X display that shows nothing, for browsers that have no headless mode. */
async function startDisplay() {
  if (which("Xvfb") === undefined) return { name: process.env.DISPLAY ?? ":0", processes: [] };
  const child = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1000x800x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"], detached: true });
  const number = await new Promise((resolve, reject) => {
    child.stdio[3].once("data", (data) => resolve(String(data).trim()));
    child.once("exit", () => reject(new Error("Xvfb did not start")));
  });
  return { name: `:${number}`, processes: [child] };
}

function webkitPaths() {
  const library = "/usr/lib";
  try {
    return readdirSync(library).map((machine) => join(library, machine, "webkit2gtk-4.1", "MiniBrowser"));
  } catch {
    return [];
  }
}

function which(name) {
  const paths = name.includes("/") ? [name] : (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
