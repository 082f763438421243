// How fast a SHA-256 is, by the runtime's own code and by the engine's: node bench/loading/sha256.mjs
import { Sha256, sha256 } from "../../web/runtime/obj/src/loading/sha256.js";

const megabytes = 64;
const data = new Uint8Array(megabytes << 20).map((_, i) => i * 7 + (i >> 8));
const rate = async (action) => {
  const times = [];
  for (let i = 0; i < 5; i++) {
    // The processor's time: others may use it too.
    const before = process.cpuUsage().user;
    await action();
    times.push((process.cpuUsage().user - before) / 1000);
  }
  return `${Math.round((1000 * megabytes) / times.sort((a, b) => a - b)[2])} MiB/s (median of ${times.length})`;
};
console.log("ours  ", await rate(() => {
  const hash = new Sha256();
  for (let at = 0; at < data.length; at += 1 << 16) hash.update(data.subarray(at, at + (1 << 16)));
  return hash.digest();
}));
console.log("engine", await rate(() => sha256(data)));
