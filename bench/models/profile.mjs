// The steps of a model that took longest, and how near they come to what the machine can do.

export function profileTable(steps, most = 15) {
  const total = steps.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const slowest = steps.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, most);
  const rate = (amount, milliseconds) => (milliseconds > 0 ? amount / milliseconds / 1e6 : 0).toFixed(1).padStart(7);
  return [
    `      ms   share  GFLOP/s    GB/s  kernel: step (${steps.length} steps, ${total.toFixed(1)} ms)`,
    ...slowest.map(({ name, operator, kernel, milliseconds, flops, bytes }) =>
      `${milliseconds.toFixed(2).padStart(8)} ${((100 * milliseconds) / total).toFixed(1).padStart(6)}%  ${rate(flops, milliseconds)} ${rate(bytes, milliseconds)}  ${kernel}: ${operator} ${name}`),
  ].join("\n");
}
