// Plain pictures (PGM, PPM) need no decoder. For JPEG and PNG take one, such as sharp: (await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })).

/** The pixels of a binary PGM (P5) or PPM (P6) of 8 bits, as sconce/image takes them. */
export function readPgm(bytes) {
  const header = /^P([56])\s+(?:#[^\n]*\n\s*)*(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 1000).toString("latin1"));
  if (header === null) throw new Error("expected a binary PGM or PPM picture of 8 bits");
  const [kind, width, height] = header.slice(1).map(Number);
  const [from, length] = [header[0].length, width * height * (kind === 5 ? 1 : 3)];
  if (length === 0 || bytes.length < from + length) throw new Error(`expected ${length} bytes of pixels for ${width} x ${height}, got ${bytes.length - from}`);
  return { width, height, data: new Uint8Array(bytes.subarray(from, from + length)) };
}
