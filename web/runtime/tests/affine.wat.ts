// A model by hand, for tests of the runtime alone: y = x * w + b where the mask is set, else 0; `count` is how many runs its state
// has seen; `relaxed` says which of the two codes ran. Step 0 multiplies, step 1 adds, every further step burns time. The method `start` sets the
// state to its input `from`, and gives what it was.

/** Where the tables lie in a context, and where its buffers begin. */
export const layout = { symbols: 64, inputs: 68, outputs: 76, state: 88, temporary: 92, header: 96 } as const;

export const weightsAt = 1024;

/** The model's text; `biasAt` is the address of b. */
export function affine(biasAt: number, relaxed: boolean): string {
  return `
(module
  (import "env" "memory" (memory 1 65536))
  (export "memory" (memory 0))

  (func $rows (param $c i32) (result i32) (i32.load offset=${layout.symbols} (local.get $c)))

  (func (export "plan") (param $c i32) (result i32)
    (local $at i32) (local $tile i32)
    (local.set $tile (i32.mul (call $rows (local.get $c)) (i32.const 16)))
    (local.set $at (i32.add (local.get $c) (i32.const ${layout.header})))
    (i32.store offset=${layout.state} (local.get $c) (local.get $at))
    (local.set $at (i32.add (local.get $at) (i32.const 16)))
    (i32.store offset=${layout.inputs} (local.get $c) (local.get $at))
    (local.set $at (i32.add (local.get $at) (local.get $tile)))
    (i32.store offset=${layout.inputs + 4} (local.get $c) (local.get $at))
    (local.set $at (i32.add (local.get $at) (local.get $tile)))
    (i32.store offset=${layout.outputs} (local.get $c) (local.get $at))
    (local.set $at (i32.add (local.get $at) (local.get $tile)))
    (i32.store offset=${layout.outputs + 4} (local.get $c) (local.get $at))
    (i32.store offset=${layout.outputs + 8} (local.get $c) (i32.add (local.get $at) (i32.const 8)))
    (local.set $at (i32.add (local.get $at) (i32.const 16)))
    (i32.store offset=${layout.temporary} (local.get $c) (local.get $at))
    (i32.sub (i32.add (local.get $at) (local.get $tile)) (local.get $c)))

  (func (export "plan:start") (param $c i32) (result i32)
    (i32.store offset=${layout.state} (local.get $c) (i32.add (local.get $c) (i32.const ${layout.header})))
    (i32.store offset=${layout.inputs} (local.get $c) (i32.add (local.get $c) (i32.const ${layout.header + 16})))
    (i32.store offset=${layout.outputs} (local.get $c) (i32.add (local.get $c) (i32.const ${layout.header + 24})))
    (i32.const ${layout.header + 32}))

  (func (export "run:start") (param $c i32) (param $step i32) (param $last i32) (result i32)
    (i64.store (i32.load offset=${layout.outputs} (local.get $c)) (i64.load (i32.load offset=${layout.state} (local.get $c))))
    (i64.store (i32.load offset=${layout.state} (local.get $c)) (i64.load (i32.load offset=${layout.inputs} (local.get $c))))
    (i32.const 0))

  (func (export "reset") (param $c i32)
    (i64.store (i32.load offset=${layout.state} (local.get $c)) (i64.const 0)))

  (func $multiply (param $c i32) (param $row i32)
    (local $at i32)
    (local.set $at (i32.mul (local.get $row) (i32.const 16)))
    (v128.store
      (i32.add (i32.load offset=${layout.temporary} (local.get $c)) (local.get $at))
      ${relaxed ? "(f32x4.relaxed_madd" : "(f32x4.add (f32x4.mul"}
        (v128.load (i32.add (i32.load offset=${layout.inputs} (local.get $c)) (local.get $at)))
        (v128.load (i32.const ${weightsAt}))${relaxed ? "" : ")"}
        (v128.const i32x4 0 0 0 0))))

  (func $add (param $c i32) (param $row i32)
    (local $at i32)
    (local.set $at (i32.mul (local.get $row) (i32.const 16)))
    (if (i32.eqz (local.get $row)) (then (call $count (local.get $c))))
    (v128.store
      (i32.add (i32.load offset=${layout.outputs} (local.get $c)) (local.get $at))
      (v128.and
        (f32x4.add
          (v128.load (i32.add (i32.load offset=${layout.temporary} (local.get $c)) (local.get $at)))
          (v128.load (i32.const ${biasAt})))
        (i32x4.splat (i32.sub (i32.const 0)
          (i32.load8_u (i32.add (i32.load offset=${layout.inputs + 4} (local.get $c)) (local.get $row))))))))

  (func $count (param $c i32)
    (local $state i32)
    (local.set $state (i32.load offset=${layout.state} (local.get $c)))
    (i64.store (local.get $state) (i64.add (i64.load (local.get $state)) (i64.const 1)))
    (i64.store (i32.load offset=${layout.outputs + 4} (local.get $c)) (i64.load (local.get $state)))
    (i32.store (i32.load offset=${layout.outputs + 8} (local.get $c)) (i32.const ${relaxed ? 1 : 0})))

  (func $burn (param $n i32)
    (loop $next
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))

  (func $run (export "run") (param $c i32) (param $step i32) (param $last i32) (result i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $step) (local.get $last)))
        ;; A row of minus one in its first element stops the code: for tests of what a trap does.
        (if (f32.eq (f32.load (i32.load offset=${layout.inputs} (local.get $c))) (f32.const -1)) (then (unreachable)))
        ;; A row of minus two is a fault: the first of the manifest's.
        (if (f32.eq (f32.load (i32.load offset=${layout.inputs} (local.get $c))) (f32.const -2))
          (then
            (i64.store offset=40 (local.get $c) (i64.const 1))
            (i64.store offset=48 (local.get $c) (i64.const -9007199254740993))
            (i64.store offset=56 (local.get $c) (i64.const 512))
            (return (i32.const 2))))
        (if (i32.atomic.load (local.get $c)) (then (return (i32.const 1))))
        (if (i32.lt_u (local.get $step) (i32.const 2))
          (then
            (i32.atomic.store offset=16 (local.get $c) (call $rows (local.get $c)))
            (i64.atomic.store offset=8 (local.get $c)
              (i64.or (i64.shl (i64.extend_i32_u (call $rows (local.get $c))) (i64.const 32)) (i64.extend_i32_u (local.get $step))))
            (drop (i32.atomic.rmw.add offset=20 (local.get $c) (i32.const 1)))
            (drop (memory.atomic.notify offset=20 (local.get $c) (i32.const -1)))
            (call $take (local.get $c))
            (loop $late (br_if $late (i32.atomic.load offset=16 (local.get $c)))))
          (else (call $burn (i32.const 1000000))))
        (local.set $step (i32.add (local.get $step) (i32.const 1)))
        (br $next)))
    (i32.const 0))

  ;; Rows, from the last to the first, until nobody has any left.
  (func $take (param $c i32)
    (local $word i64) (local $row i32)
    (block $done
      (loop $next
        (local.set $word (i64.atomic.rmw.sub offset=8 (local.get $c) (i64.const 0x100000000)))
        (local.set $row (i32.sub (i32.wrap_i64 (i64.shr_s (local.get $word) (i64.const 32))) (i32.const 1)))
        (br_if $done (i32.lt_s (local.get $row) (i32.const 0)))
        (if (i32.wrap_i64 (local.get $word))
          (then (call $add (local.get $c) (local.get $row)))
          (else (call $multiply (local.get $c) (local.get $row))))
        (drop (i32.atomic.rmw.sub offset=16 (local.get $c) (i32.const 1)))
        (br $next))))

  (func (export "work") (param $c i32)
    (local $seen i32)
    (loop $next
      (drop (memory.atomic.wait32 offset=20 (local.get $c) (local.get $seen) (i64.const -1)))
      (local.set $seen (i32.atomic.load offset=20 (local.get $c)))
      (if (i32.load offset=32 (local.get $c)) (then (return)))
      (call $take (local.get $c))
      (br $next))))
`;
}
