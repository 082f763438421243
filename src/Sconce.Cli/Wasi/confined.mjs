// Keeps a guest in the folders that it was given: Node's WASI follows symbolic links wherever they lead, and a guest may make some itself.
import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";

/** WASI's errno for what a guest may not do. */
const notCapable = 76;
const firstFolder = 3;

/** For each call with paths where its folders and paths stand among its parameters; whether it may follow a link at the path's end. */
const calls = {
  path_create_directory: [[0, 1, 2, false]],
  path_filestat_get: [[0, 2, 3, true]],
  path_filestat_set_times: [[0, 2, 3, true]],
  path_link: [[0, 2, 3, true], [4, 5, 6, false]],
  path_open: [[0, 2, 3, true]],
  path_readlink: [[0, 1, 2, false]],
  path_remove_directory: [[0, 1, 2, false]],
  path_rename: [[0, 1, 2, false], [3, 4, 5, false]],
  path_symlink: [[2, 3, 4, false]],
  path_unlink_file: [[0, 1, 2, false]],
};

/**
 * The functions of WASI, of which those that take a path refuse one that leads out of its folder.
 * @param functions preview 1, as Node gives it
 * @param folders folders of this machine by the names that the guest knows, as Node's option preopens has them
 * @param memory gives the guest's memory
 */
export function confined(functions, folders, memory) {
  /** Where each open folder lies, and in which one of those that were given. */
  const open = new Map(Object.values(folders).map((path, i) => {
    const root = realpathSync(path);
    return [firstFolder + i, { path: root, root }];
  }));

  const text = (address, length) => new TextDecoder().decode(new Uint8Array(memory().buffer, address >>> 0, length >>> 0).slice());

  /** Where a path leads, or nothing where that is outside. */
  const place = (folder, address, length, follow) => {
    const { path: base, root } = open.get(folder) ?? {};
    if (base === undefined) return { path: undefined };
    const full = resolve(base, `./${text(address, length)}`);
    const real = follow || full === base ? end(full) : join(realOrNothing(dirname(full)) ?? dirname(full), basename(full));
    return real !== undefined && (real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)) ? { path: real, root } : undefined;
  };

  const wrapped = Object.fromEntries(Object.entries(calls).flatMap(([name, paths]) => {
    const call = functions[name];
    if (call === undefined) return [];
    return [[name, (...parameters) => {
      let last;
      try {
        for (const [folder, address, length, follow] of paths) {
          last = place(parameters[folder], parameters[address], parameters[length], follow);
          if (last === undefined) return notCapable;
        }
      } catch {
        // No path, or outside of the guest's memory: WASI has a number for each.
        return call(...parameters);
      }
      const result = call(...parameters);
      if (name === "path_open" && result === 0 && last.path !== undefined) open.set(new DataView(memory().buffer).getUint32(parameters[8] >>> 0, true), last);
      return result;
    }]];
  }));
  return {
    ...functions,
    ...wrapped,
    fd_close(file) {
      const result = functions.fd_close(file);
      if (result === 0) open.delete(file);
      return result;
    },
    fd_renumber(from, to) {
      const result = functions.fd_renumber(from, to);
      if (result === 0) {
        const moved = open.get(from);
        open.delete(from);
        open.delete(to);
        if (moved !== undefined) open.set(to, moved);
      }
      return result;
    },
  };
}

/** Where a path ends after all its links; of one whose end is not there yet, where it would be; nothing for a link to nowhere, which opening would make. */
function end(path) {
  const real = realOrNothing(path);
  if (real !== undefined) return real;
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined;
  const folder = realOrNothing(dirname(path));
  return folder === undefined ? path : join(folder, basename(path));
}

function realOrNothing(path) {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
