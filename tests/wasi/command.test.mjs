// `sconce wasi` with guests that do one thing each: streams, arguments, folders, exit codes, and what is said of guests that cannot run.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { folderFor, guest, root, sconce, start } from "./tool.mjs";

const wasi = `
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $fd_prestat_dir_name (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "wasi_ephemeral_nn" "load_by_name" (func $load_by_name (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $print (param $address i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $address))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))`;

const program = (body) => `(module ${wasi} (func (export "_start") ${body}))`;

const echo = program(`
  (i32.store (i32.const 0) (i32.const 1024))
  (i32.store (i32.const 4) (i32.const 1000))
  (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
  (call $print (i32.const 1024) (i32.load (i32.const 8)))`);

/** Prints all arguments, or the environment, each with a zero at its end. */
const list = (what) => program(`
  (drop (call $${what}_sizes_get (i32.const 16) (i32.const 20)))
  (drop (call $${what}_get (i32.const 1024) (i32.const 4096)))
  (call $print (i32.const 4096) (i32.load (i32.const 20)))`);

test("standard streams are the guest's own", (t) => {
  const result = sconce(["wasi", guest(folderFor(t), echo)], { input: "hello\n" });
  assert.deepEqual(result, { status: 0, stdout: "hello\n", stderr: "" });
});

test("so are its arguments", (t) => {
  const path = guest(folderFor(t), list("args"));
  const given = (...args) => sconce(["wasi", path, ...args]).stdout.split("\0").slice(0, -1);
  assert.deepEqual(given(), ["guest.wasm"]);
  assert.deepEqual(given("one", "--two", "-3", "@four", ""), ["guest.wasm", "one", "--two", "-3", "@four", ""]);
  assert.deepEqual(given("--threads", "1", "a", "--", "--threads", "--help", "--"), ["guest.wasm", "a", "--threads", "--help", "--"]);
});

test("and the environment is what it is given", (t) => {
  const path = guest(folderFor(t), list("environ"));
  assert.equal(sconce(["wasi", path]).stdout, "");
  assert.equal(sconce(["wasi", path, "--env", "A=1", "--env", "B=x=y"]).stdout, "A=1\0B=x=y\0");
});

test("a folder has the name that it is given, or its own", (t) => {
  const folder = folderFor(t);
  const path = guest(folder, program(`
    (drop (call $fd_prestat_dir_name (i32.const 3) (i32.const 1024) (i32.const 4)))
    (call $print (i32.const 1024) (i32.const 4))`));
  assert.equal(sconce(["wasi", path, "--dir", `${folder}::data`]).stdout, "data");
  assert.equal(sconce(["wasi", path, "--dir", "docs"]).stdout, "docs");
});

test("a link leads no guest out of its folder", (t) => {
  const [folder, outside] = [folderFor(t), folderFor(t)];
  writeFileSync(join(outside, "f"), "secret");
  writeFileSync(join(folder, "f"), "given");
  symlinkSync("f", join(folder, "i"));
  symlinkSync(join(outside, "f"), join(folder, "l"));
  symlinkSync(outside, join(folder, "d"));
  symlinkSync(join(outside, "new"), join(folder, "n"));
  const read = (name, flags = 0) => sconce(["wasi", guest(folderFor(t), program(`
    (i32.store (i32.const 1024) (i32.const ${[...name].reduce((word, letter, i) => word | letter.charCodeAt(0) << 8 * i, 0)}))
    (if (call $path_open (i32.const 3) (i32.const 1) (i32.const 1024) (i32.const ${name.length}) (i32.const ${flags}) (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 16))
      (then (call $proc_exit (i32.const 7))))
    (i32.store (i32.const 32) (i32.const 2048))
    (i32.store (i32.const 36) (i32.const 100))
    (drop (call $fd_read (i32.load (i32.const 16)) (i32.const 32) (i32.const 1) (i32.const 40)))
    (call $print (i32.const 2048) (i32.load (i32.const 40)))`)), "--dir", `${folder}::.`]);
  assert.deepEqual(read("f"), { status: 0, stdout: "given", stderr: "" });
  assert.equal(read("i").stdout, "given");
  for (const name of ["l", "d/f", "n"]) assert.deepEqual(read(name, name === "n" ? 1 : 0), { status: 7, stdout: "", stderr: "" }, name);
  assert.equal(existsSync(join(outside, "new")), false);
});

test("the exit code is the guest's", (t) => {
  for (const code of [0, 1, 42]) {
    const path = guest(folderFor(t), program(`(call $proc_exit (i32.const ${code}))`));
    assert.deepEqual(sconce(["wasi", path]), { status: code, stdout: "", stderr: "" });
  }
});

const asks = (end) => program(`
  (i32.store8 (i32.const 1024) (i32.const 120))
  (drop (call $load_by_name (i32.const 1024) (i32.const 1) (i32.const 16)))
  ${end}`);
const told = /^wasi-nn: load_by_name: there is no graph "x": the host knows none; --graph NAME=MODEL gives it one \(errno 8, not-found\)$/m;

test("what a guest learns as a number is told when it fails, or on request", (t) => {
  const failing = sconce(["wasi", guest(folderFor(t), asks("(call $proc_exit (i32.const 3))"))]);
  assert.equal(failing.status, 3);
  assert.match(failing.stderr, told);

  const path = guest(folderFor(t), asks(""));
  assert.deepEqual(sconce(["wasi", path]), { status: 0, stdout: "", stderr: "" });
  assert.match(sconce(["wasi", path, "--verbose"]).stderr, told);
});

test("a trap is status 134 and a line", (t) => {
  const { status, stderr } = sconce(["wasi", guest(folderFor(t), asks("(unreachable)"))]);
  assert.equal(status, 134);
  assert.match(stderr, /^error: the guest stopped: unreachable$/m);
  assert.match(stderr, told);
  assert.doesNotMatch(stderr, /^ +at /m);
});

test("imports that are not there are named", (t) => {
  const { status, stdout, stderr } = sconce(["wasi", guest(folderFor(t), `(module
    (import "env" "cry" (func)) (import "wasi_ephemeral_nn" "train" (func)) (import "env" "table" (table 1 funcref))
    (memory (export "memory") 1) (func (export "_start")))`)]);
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^error: the guest imports env\.cry, wasi_ephemeral_nn\.train, env\.table, of which neither/);
});

test("a library and a guest without memory are refused", (t) => {
  const library = sconce(["wasi", guest(folderFor(t), `(module (memory (export "memory") 1) (func (export "run")))`)]);
  assert.equal(library.status, 1);
  assert.match(library.stderr, /exports no _start/);
  const bare = sconce(["wasi", guest(folderFor(t), `(module (func (export "_start")))`)]);
  assert.equal(bare.status, 1);
  assert.match(bare.stderr, /exports no memory/);
});

test("a module that is broken is refused", (t) => {
  const folder = folderFor(t);
  const path = guest(folder, echo);
  const bytes = readFileSync(path);
  // The last byte of the last function's body: its end.
  bytes[bytes.length - 1] = 0x41;
  writeFileSync(path, bytes);
  const { status, stderr } = sconce(["wasi", path]);
  assert.equal(status, 1);
  assert.match(stderr, /^error: the guest cannot be compiled: /);
});

test("a graph's file that is damaged is refused", (t) => {
  const folder = folderFor(t);
  const artifact = join(folder, "digits.wasm");
  assert.equal(sconce(["compile", join(root, "examples/digits/digits.pt2"), "-o", artifact]).status, 0);
  const damaged = join(folder, "damaged.wasm");
  copyFileSync(artifact, damaged);
  writeFileSync(damaged, readFileSync(damaged).subarray(0, -1000));
  const { status, stderr } = sconce(["wasi", guest(folder, echo), "--graph", `digits=${damaged}`]);
  assert.equal(status, 1);
  assert.match(stderr, /^error: /);
  assert.match(stderr, /damaged\.wasm/);
});

// Ctrl-C reaches the whole group of processes, `kill` the tool alone.
for (const [what, signal, toGroup] of [["Ctrl-C", "SIGINT", true], ["kill", "SIGTERM", false]]) {
  test(`${what} ends a guest that never ends`, async (t) => {
    const path = guest(folderFor(t), `(module ${wasi} (func (export "_start")
      (call $print (i32.const 4096) (i32.const 1)) (loop $for_ever (br $for_ever))))`);
    const tool = start(["wasi", path]);
    const ended = new Promise((resolve) => tool.on("close", resolve));
    t.after(() => {
      try {
        process.kill(-tool.pid, "SIGKILL");
      } catch {
        // The group is gone, as it should be.
      }
    });
    await new Promise((resolve) => tool.stdout.once("data", resolve));
    process.kill(toGroup ? -tool.pid : tool.pid, signal);
    assert.equal(await ended, 130);
    assert.throws(() => process.kill(-tool.pid, 0), { code: "ESRCH" });
  });
}
