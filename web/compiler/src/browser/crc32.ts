/** What is looked up for each of four bytes: the checksum of that byte, followed by none to three others. */
const tables = makeTables();

/** The checksum of zip archives (polynomial 0xEDB88320), four bytes a step. */
export function crc32(bytes: Uint8Array): number {
  const [last, third, second, first] = tables as [Int32Array, Int32Array, Int32Array, Int32Array];
  let crc = -1;
  let i = 0;
  for (const end = bytes.length - 3; i < end; i += 4) {
    crc ^= (bytes[i] as number) | ((bytes[i + 1] as number) << 8) | ((bytes[i + 2] as number) << 16) | ((bytes[i + 3] as number) << 24);
    crc = (first[crc & 255] as number) ^ (second[(crc >>> 8) & 255] as number) ^ (third[(crc >>> 16) & 255] as number) ^ (last[crc >>> 24] as number);
  }
  for (; i < bytes.length; i++) crc = (last[(crc ^ (bytes[i] as number)) & 255] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function makeTables(): readonly Int32Array[] {
  const made = Array.from({ length: 4 }, () => new Int32Array(256));
  const [last] = made as [Int32Array];
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    last[byte] = crc;
  }
  for (let table = 1; table < 4; table++) {
    const [before, own] = [made[table - 1], made[table]] as [Int32Array, Int32Array];
    for (let byte = 0; byte < 256; byte++) own[byte] = (last[(before[byte] as number) & 255] as number) ^ ((before[byte] as number) >>> 8);
  }
  return made;
}
