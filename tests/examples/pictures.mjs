// Pictures that stand in for what a person shows a page: handwritten digits that the model was never trained on, dark on paper.
import { readFileSync, writeFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { readNpz } from "sconce/tensor";

const side = 28;
const { image, label } = await readNpz(readFileSync(new URL("../../examples/digits/samples.npz", import.meta.url)));

/** The first sample of a digit as bytes of gray, 255 where there is no ink. */
function paper(digit) {
  const index = Array.from(label.data, Number).indexOf(digit);
  return Uint8Array.from(image.data.subarray(index * side * side, (index + 1) * side * side), (ink) => Math.round(255 * (1 - ink)));
}

/** Writes a camera's picture of a digit: 640 x 480, so that the middle is the digit, as .y4m. */
export function writeCamera(path, digit) {
  const [width, height, bytes] = [640, 480, paper(digit)];
  const luma = new Uint8Array(width * height).fill(235);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < height; x++) {
      const byte = bytes[Math.floor((y * side) / height) * side + Math.floor((x * side) / height)];
      luma[y * width + (width - height) / 2 + x] = 16 + Math.round((byte * 219) / 255);
    }
  }
  const frame = Buffer.concat([Buffer.from("FRAME\n"), luma, Buffer.alloc((width * height) / 2, 128)]);
  writeFileSync(path, Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F20:1 Ip A1:1 C420jpeg\n`), frame, frame]));
}

/** A digit as a binary PGM. */
export const pgm = (digit) => Buffer.concat([Buffer.from(`P5\n${side} ${side}\n255\n`), paper(digit)]);

/** Writes a digit as a gray PNG. */
export function writePng(path, digit) {
  const bytes = paper(digit);
  const rows = Buffer.alloc(side * (side + 1));
  for (let y = 0; y < side; y++) rows.set(bytes.subarray(y * side, (y + 1) * side), y * (side + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 8;
  writeFileSync(path, Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]));
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
