// The functions of wasi_ephemeral_nn that a program needs. Each gives 0, or an error number.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define WASI_NN(name) __attribute__((import_module("wasi_ephemeral_nn"), import_name(#name)))

enum { wasi_nn_pytorch = 3, wasi_nn_cpu = 0, wasi_nn_f32 = 1 };

/** A part of a model's file. */
typedef struct {
  const void *bytes;
  size_t length;
} wasi_nn_builder;

typedef struct {
  const uint32_t *dimensions;
  size_t rank;
  uint32_t type;
  const void *data;
  size_t size;
} wasi_nn_tensor;

WASI_NN(load) uint32_t wasi_nn_load(const wasi_nn_builder *builders, size_t count, uint32_t encoding, uint32_t target, uint32_t *graph);
WASI_NN(load_by_name) uint32_t wasi_nn_load_by_name(const char *name, size_t length, uint32_t *graph);
WASI_NN(init_execution_context) uint32_t wasi_nn_init_execution_context(uint32_t graph, uint32_t *context);
WASI_NN(set_input) uint32_t wasi_nn_set_input(uint32_t context, uint32_t index, const wasi_nn_tensor *tensor);
WASI_NN(compute) uint32_t wasi_nn_compute(uint32_t context);
WASI_NN(get_output) uint32_t wasi_nn_get_output(uint32_t context, uint32_t index, void *buffer, size_t size, size_t *written);
