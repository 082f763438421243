;; A command of WASI that computes with one graph: GRAPH INPUT OUTPUT. GRAPH is a name that the host knows, or @ and the path of a file whose bytes
;; it loads; INPUT a file of float32 for the dimensions [N, 1, 28, 28]; what output 0 holds goes to OUTPUT. Where WASI-NN gives an error number,
;; it is the exit code; where a file cannot be opened, 100 and more.
(module
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "wasi_ephemeral_nn" "load" (func $load (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_ephemeral_nn" "load_by_name" (func $load_by_name (param i32 i32 i32) (result i32)))
  (import "wasi_ephemeral_nn" "init_execution_context" (func $init_execution_context (param i32 i32) (result i32)))
  (import "wasi_ephemeral_nn" "set_input" (func $set_input (param i32 i32 i32) (result i32)))
  (import "wasi_ephemeral_nn" "compute" (func $compute (param i32) (result i32)))
  (import "wasi_ephemeral_nn" "get_output" (func $get_output (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 64)

  ;; 16: a file's number; 20: bytes read, written or given; 24, 28: address and size, for files and builders; 32: graph; 36: context;
  ;; 64: a tensor, whose dimensions stand at 96; 128: addresses of the arguments, which stand from 1024 on; from 8192 on files.
  (data (i32.const 256) "computed\n")
  (data (i32.const 288) "error\n")
  (global $end (mut i32) (i32.const 8192))

  (func $check (param $error i32)
    (if (local.get $error) (then
      (drop (call $write (i32.const 2) (i32.const 288) (i32.const 6)))
      (call $proc_exit (local.get $error)))))

  (func $length (param $text i32) (result i32) (local $at i32)
    (local.set $at (local.get $text))
    (loop $next
      (if (i32.load8_u (local.get $at)) (then
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))))
    (i32.sub (local.get $at) (local.get $text)))

  (func $open (param $path i32) (param $flags i32) (result i32) (local $error i32)
    (local.set $error (call $path_open (i32.const 3) (i32.const 0) (local.get $path) (call $length (local.get $path))
      (local.get $flags) (i64.const 0x1fffffff) (i64.const 0) (i32.const 0) (i32.const 16)))
    (if (local.get $error) (then (call $check (i32.add (i32.const 100) (local.get $error)))))
    (i32.load (i32.const 16)))

  ;; Reads a file to the end of what is there, and gives its size.
  (func $read (param $path i32) (result i32) (local $file i32)
    (local.set $file (call $open (local.get $path) (i32.const 0)))
    (i32.store (i32.const 24) (global.get $end))
    (i32.store (i32.const 28) (i32.const 2000000))
    (call $check (call $fd_read (local.get $file) (i32.const 24) (i32.const 1) (i32.const 20)))
    (drop (call $fd_close (local.get $file)))
    (global.set $end (i32.and (i32.add (i32.add (global.get $end) (i32.load (i32.const 20))) (i32.const 15)) (i32.const -16)))
    (i32.load (i32.const 20)))

  (func $write (param $file i32) (param $address i32) (param $size i32) (result i32)
    (i32.store (i32.const 24) (local.get $address))
    (i32.store (i32.const 28) (local.get $size))
    (call $fd_write (local.get $file) (i32.const 24) (i32.const 1) (i32.const 20)))

  (func (export "_start") (local $graph i32) (local $start i32) (local $size i32) (local $file i32)
    (drop (call $args_get (i32.const 128) (i32.const 1024)))
    (local.set $graph (i32.load (i32.const 132)))
    (if (i32.eq (i32.load8_u (local.get $graph)) (i32.const 64))
      (then
        (local.set $start (global.get $end))
        (local.set $size (call $read (i32.add (local.get $graph) (i32.const 1))))
        (i32.store (i32.const 24) (local.get $start))
        (i32.store (i32.const 28) (local.get $size))
        (call $check (call $load (i32.const 24) (i32.const 1) (i32.const 3) (i32.const 0) (i32.const 32))))
      (else
        (call $check (call $load_by_name (local.get $graph) (call $length (local.get $graph)) (i32.const 32)))))
    (call $check (call $init_execution_context (i32.load (i32.const 32)) (i32.const 36)))

    (local.set $start (global.get $end))
    (local.set $size (call $read (i32.load (i32.const 136))))
    (i32.store (i32.const 96) (i32.div_u (local.get $size) (i32.const 3136)))
    (i32.store (i32.const 100) (i32.const 1))
    (i32.store (i32.const 104) (i32.const 28))
    (i32.store (i32.const 108) (i32.const 28))
    (i32.store (i32.const 64) (i32.const 96))
    (i32.store (i32.const 68) (i32.const 4))
    (i32.store (i32.const 72) (i32.const 1))
    (i32.store (i32.const 76) (local.get $start))
    (i32.store (i32.const 80) (local.get $size))
    (call $check (call $set_input (i32.load (i32.const 36)) (i32.const 0) (i32.const 64)))
    (call $check (call $compute (i32.load (i32.const 36))))
    (call $check (call $get_output (i32.load (i32.const 36)) (i32.const 0) (global.get $end) (i32.const 65536) (i32.const 40)))

    (local.set $file (call $open (i32.load (i32.const 140)) (i32.const 9)))
    (call $check (call $write (local.get $file) (global.get $end) (i32.load (i32.const 40))))
    (drop (call $fd_close (local.get $file)))
    (drop (call $write (i32.const 1) (i32.const 256) (i32.const 9)))))
