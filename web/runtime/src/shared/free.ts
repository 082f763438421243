const { port1, port2 } = new MessageChannel();
port2.close();

/**
 * Gives back the memory of bytes that nobody needs any more, by sending it to where nobody listens. Collecting garbage comes late: tens or hundreds of
 * megabytes would lie about while a large file arrives. (In Chromium `transfer(0)` leaves them lying about too: bench/loading.)
 */
export function free({ buffer }: Uint8Array): void {
  port1.postMessage(0, [buffer as ArrayBuffer]);
}
