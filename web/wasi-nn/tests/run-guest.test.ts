// Commands of WASI with a virtual folder, as far as Node can run them; tests/browser has the rest.
import assert from "node:assert/strict";
import { test } from "node:test";
import wabt from "wabt";
import { runGuest, textOf } from "../src/guest.js";
import { artifact } from "./fixture.js";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textFrom = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

async function assemble(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const module = (await wabt()).parseWat("guest.wat", text);
  return Uint8Array.from(module.toBinary({}).buffer);
}

/** Prints its arguments and its standard input, adds the latter to the file of its second argument, and exits with 7. */
const copier = `(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (func $write (param $file i32) (param $address i32) (param $size i32)
    (i32.store (i32.const 16) (local.get $address))
    (i32.store (i32.const 20) (local.get $size))
    (drop (call $fd_write (local.get $file) (i32.const 16) (i32.const 1) (i32.const 24))))
  (func (export "_start") (local $read i32) (local $end i32)
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (drop (call $args_get (i32.const 64) (i32.const 1024)))
    (call $write (i32.const 1) (i32.const 1024) (i32.load (i32.const 4)))
    (drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))
    (drop (call $environ_get (i32.const 128) (i32.const 2048)))
    (call $write (i32.const 2) (i32.const 2048) (i32.load (i32.const 4)))
    (i32.store (i32.const 16) (i32.const 4096))
    (i32.store (i32.const 20) (i32.const 1000))
    (drop (call $fd_read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24)))
    (local.set $read (i32.load (i32.const 24)))
    (local.set $end (i32.load (i32.const 68)))
    (loop $next
      (if (i32.load8_u (local.get $end)) (then (local.set $end (i32.add (local.get $end) (i32.const 1))) (br $next))))
    (drop (call $path_open (i32.const 3) (i32.const 0) (i32.load (i32.const 68)) (i32.sub (local.get $end) (i32.load (i32.const 68)))
      (i32.const 1) (i64.const -1) (i64.const 0) (i32.const 1) (i32.const 28)))
    (call $write (i32.load (i32.const 28)) (i32.const 4096) (local.get $read))
    (call $proc_exit (i32.const 7))))`;

test("arguments, environment and files reach the guest, and what it writes comes back", async () => {
  let [stdout, stderr] = ["", ""];
  const given = bytesOf("one ");
  const { exitCode, files, threads } = await runGuest(await assemble(copier), {
    name: "copier",
    args: ["a/b/größe", "x"],
    env: { LANG: "ü", B: "" },
    stdin: bytesOf("two"),
    files: new Map([["a/b/größe", given], ["/a/other", bytesOf("stays")]]),
    threads: 1,
    stdout: textOf((text) => (stdout += text)),
    stderr: textOf((text) => (stderr += text)),
  });
  assert.deepEqual({ exitCode, stdout, stderr, threads }, { exitCode: 7, stdout: "copier\0a/b/größe\0x\0", stderr: "LANG=ü\0B=\0", threads: 1 });
  assert.deepEqual([...files.keys()], ["a/b/größe"]);
  assert.equal(textFrom(files.get("a/b/größe")), "one two");
  assert.equal(textFrom(given), "one ", "the host's own bytes");
});

test("paths that lead nowhere, and files that are folders too, are refused", async () => {
  const guest = await assemble(copier);
  for (const [paths, said] of [[["../a"], /is no path/], [[""], /is no path/], [["a", "a/b"], /which is a file/], [["a/b", "a"], /is there twice, or is a folder/]] as const) {
    await assert.rejects(runGuest(guest, { threads: 1, files: new Map(paths.map((path) => [path, bytesOf("")])) }), said);
  }
});

test("what is no command is refused, with what it is", async () => {
  const cases: [Uint8Array<ArrayBuffer>, RegExp][] = [
    [Uint8Array.from(bytesOf("#!/bin/sh")), /is no WebAssembly/],
    [new Uint8Array(), /is no WebAssembly/],
    [Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0), /is a component.*jco transpile/],
    [Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 99), /cannot be compiled/],
    [Uint8Array.from(artifact("sum")), /is a compiled model, and no program/],
    [await assemble("(module (memory (export \"memory\") 1))"), /exports no _start/],
    [await assemble("(module (func (export \"_start\")))"), /exports no memory/],
    [await assemble(`(module (import "env" "a" (func)) (import "wasi_ephemeral_nn" "train" (func)) (memory (export "memory") 1) (func (export "_start")))`), /imports env\.a, wasi_ephemeral_nn\.train, of which/],
    [await assemble("(module (memory (export \"memory\") 1) (func (export \"_start\") unreachable))"), /^Error: the guest stopped: unreachable/],
  ];
  for (const [guest, said] of cases) await assert.rejects(runGuest(guest, { threads: 1 }), said);
});

test("a character whose bytes come in two pieces comes whole", () => {
  const said: string[] = [];
  const write = textOf((text) => said.push(text));
  const bytes = bytesOf("aü");
  write(bytes.subarray(0, 2));
  write(bytes.subarray(2));
  assert.deepEqual(said, ["a", "ü"]);
});
