// The functions of wasi_ephemeral_nn that a program needs. Each gives 0, or an error number.
@external("wasi_ephemeral_nn", "load")
export declare function load(builders: usize, count: usize, encoding: u32, target: u32, graph: usize): u32;
@external("wasi_ephemeral_nn", "load_by_name")
export declare function load_by_name(name: usize, length: usize, graph: usize): u32;
@external("wasi_ephemeral_nn", "init_execution_context")
export declare function init_execution_context(graph: u32, context: usize): u32;
@external("wasi_ephemeral_nn", "set_input")
export declare function set_input(context: u32, index: u32, tensor: usize): u32;
@external("wasi_ephemeral_nn", "compute")
export declare function compute(context: u32): u32;
@external("wasi_ephemeral_nn", "get_output")
export declare function get_output(context: u32, index: u32, buffer: usize, size: usize, written: usize): u32;

export const PYTORCH: u32 = 3;
export const CPU: u32 = 0;
export const F32: u32 = 1;

/** A part of a model's file. */
@unmanaged
export class Builder {
  bytes: usize;
  length: usize;
}

@unmanaged
export class Tensor {
  dimensions: usize;
  rank: usize;
  type: u32;
  data: usize;
  size: usize;
}
