// Reads a handwritten digit from a picture (PGM): digits PICTURE [MODEL]. MODEL is a name that the host knows, or else a file.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wasi_nn.h"

enum { digits = 10, most_pixels = 1 << 20, bar = 40 };

/** What the model's outputs are by their numbers: 0 are the logits. */
enum { probabilities_output = 1 };

static void check(uint32_t error, const char *what) {
  if (error == 0) return;
  fprintf(stderr, "%s: error %u\n", what, error);
  exit(1);
}

/** A model that the host knows by this name, or else the file of this name. */
static uint32_t open_model(const char *model) {
  uint32_t graph;
  uint32_t error = wasi_nn_load_by_name(model, strlen(model), &graph);
  if (error == 0) return graph;

  FILE *file = fopen(model, "rb");
  if (file == NULL) {
    fprintf(stderr, "%s is neither a graph of the host's (error %u) nor a file\n", model, error);
    exit(1);
  }
  fseek(file, 0, SEEK_END);
  size_t length = (size_t)ftell(file);
  rewind(file);
  void *bytes = malloc(length);
  if (bytes == NULL || fread(bytes, 1, length, file) != length) {
    fprintf(stderr, "%s cannot be read\n", model);
    exit(1);
  }
  fclose(file);
  wasi_nn_builder builder = {bytes, length};
  check(wasi_nn_load(&builder, 1, wasi_nn_pytorch, wasi_nn_cpu, &graph), model);
  free(bytes);
  return graph;
}

/** A grey picture's pixels, 0 to 1: "P5", width, height and 255 as text, one white character, then a byte per pixel. */
static float *read_picture(const char *path, uint32_t *width, uint32_t *height) {
  FILE *file = fopen(path, "rb");
  unsigned most = 0;
  if (file == NULL || fscanf(file, "P5 %u %u %u", width, height, &most) != 3 || most != 255 || fgetc(file) == EOF ||
      *width == 0 || *width > most_pixels || *height > most_pixels / *width) {
    fprintf(stderr, "%s cannot be read, or is no PGM picture of 256 greys (P5)\n", path);
    exit(1);
  }
  size_t count = (size_t)*width * *height;
  float *image = malloc(count * sizeof(float));
  for (size_t i = 0; i < count; i++) {
    int pixel = fgetc(file);
    if (pixel == EOF) {
      fprintf(stderr, "%s ends too early\n", path);
      exit(1);
    }
    image[i] = (float)pixel / 255;
  }
  fclose(file);
  return image;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: digits PICTURE.pgm [MODEL]\n");
    return 1;
  }
  uint32_t width, height, context;
  float *image = read_picture(argv[1], &width, &height);
  uint32_t graph = open_model(argc > 2 ? argv[2] : "digits");
  check(wasi_nn_init_execution_context(graph, &context), "init_execution_context");

  uint32_t dimensions[] = {1, 1, height, width};
  wasi_nn_tensor tensor = {dimensions, 4, wasi_nn_f32, image, (size_t)width * height * sizeof(float)};
  check(wasi_nn_set_input(context, 0, &tensor), "set_input");
  check(wasi_nn_compute(context), "compute");

  float probabilities[digits];
  size_t written;
  check(wasi_nn_get_output(context, probabilities_output, probabilities, sizeof(probabilities), &written), "get_output");

  int best = 0;
  for (int digit = 0; digit < digits; digit++) {
    if (probabilities[digit] > probabilities[best]) best = digit;
    printf("%d %.3f ", digit, (double)probabilities[digit]);
    for (int i = (int)(probabilities[digit] * bar + 0.5f); i > 0; i--) putchar('#');
    putchar('\n');
  }
  printf("this is a %d\n", best);
  return 0;
}
