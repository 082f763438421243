// Reads a handwritten digit from a picture (PGM): digits PICTURE [MODEL]. MODEL is a name that the host knows, or else a file.
import { args, exit, print, readFile } from "./wasi";
import * as nn from "./wasi_nn";

const DIGITS = 10;
const BAR: f32 = 40;

/** What the model's outputs are by their numbers: 0 are the logits. */
const PROBABILITIES = 1;

/** Where the host writes a handle or a size. */
const result = memory.data(4);

main();

function main(): void {
  const given = args();
  if (given.length < 2) return fail("usage: digits PICTURE.pgm [MODEL]");
  const picture = readPicture(given[1]);
  if (picture === null) return fail(given[1] + " cannot be read, or is no PGM picture of 256 greys (P5)");
  const graph = open(given.length > 2 ? given[2] : "digits");

  check(nn.init_execution_context(graph, result), "init_execution_context");
  const context = load<u32>(result);
  const dimensions: StaticArray<u32> = [1, 1, picture.height, picture.width];
  const tensor = new nn.Tensor();
  tensor.dimensions = changetype<usize>(dimensions);
  tensor.rank = dimensions.length;
  tensor.type = nn.F32;
  tensor.data = picture.pixels.dataStart;
  tensor.size = picture.pixels.byteLength;
  check(nn.set_input(context, 0, changetype<usize>(tensor)), "set_input");
  check(nn.compute(context), "compute");
  const probabilities = new Float32Array(DIGITS);
  check(nn.get_output(context, PROBABILITIES, probabilities.dataStart, probabilities.byteLength, result), "get_output");

  let best = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const probability = probabilities[digit];
    if (probability > probabilities[best]) best = digit;
    print(`${digit} ${thousandths(probability)} ${"#".repeat(i32(probability * BAR + 0.5))}`);
  }
  print(`this is a ${best}`);
}

/** A model that the host knows by this name, or else the file of this name. */
function open(model: string): u32 {
  const name = String.UTF8.encode(model);
  const error = nn.load_by_name(changetype<usize>(name), name.byteLength, result);
  if (error == 0) return load<u32>(result);
  const file = readFile(model);
  if (file === null) fail(`${model} is neither a graph of the host's (error ${error}) nor a file`);
  const builder = new nn.Builder();
  builder.bytes = file!.dataStart;
  builder.length = file!.byteLength;
  check(nn.load(changetype<usize>(builder), 1, nn.PYTORCH, nn.CPU, result), model);
  return load<u32>(result);
}

class Picture {
  constructor(public width: u32, public height: u32, public pixels: Float32Array) {}
}

/** A grey picture, its pixels from 0 to 1: "P5", width, height and 255 as text, one white character, then a byte per pixel. */
function readPicture(path: string): Picture | null {
  const file = readFile(path);
  if (file === null) return null;
  const words = new Array<string>();
  let at = 0;
  while (words.length < 4 && at < file.length) {
    const start = at;
    while (at < file.length && file[at] > 0x20) at++;
    words.push(String.UTF8.decodeUnsafe(file.dataStart + start, at - start));
    at++;
  }
  if (words.length < 4 || words[0] != "P5" || words[3] != "255") return null;
  const width = u32(parseInt(words[1]));
  const height = u32(parseInt(words[2]));
  if (u64(width) * height != u64(file.length - at)) return null;
  const pixels = new Float32Array(file.length - at);
  for (let i = 0; i < pixels.length; i++) pixels[i] = f32(file[at + i]) / 255;
  return new Picture(width, height, pixels);
}

function check(error: u32, what: string): void {
  if (error != 0) fail(`${what}: error ${error}`);
}

/** With three digits after the point. */
function thousandths(value: f32): string {
  const rounded = i32(value * 1000 + 0.5);
  return `${rounded / 1000}.${(rounded % 1000).toString().padStart(3, "0")}`;
}

function fail(message: string): void {
  print(message, 2);
  exit(1);
}
