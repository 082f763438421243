/** Paints samples as a wave: of each column the least and the greatest. In the canvas's own colour. */
export function paintWave(canvas: HTMLCanvasElement, samples: ArrayLike<number>): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  context.fillStyle = getComputedStyle(canvas).color;
  let loudest = 0;
  for (let i = 0; i < samples.length; i++) loudest = Math.max(loudest, Math.abs(samples[i] as number) || 0);
  const scale = loudest === 0 ? 0 : (height / 2 - 1) / loudest;
  for (let x = 0; x < width; x++) {
    const [from, to] = [Math.floor((x * samples.length) / width), Math.max(Math.floor(((x + 1) * samples.length) / width), Math.floor((x * samples.length) / width) + 1)];
    let [low, high] = [Infinity, -Infinity];
    for (let i = from; i < to && i < samples.length; i++) [low, high] = [Math.min(low, samples[i] as number), Math.max(high, samples[i] as number)];
    if (low <= high) context.fillRect(x, height / 2 - high * scale, 1, Math.max(1, (high - low) * scale));
  }
}
