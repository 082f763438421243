/**
 * A Fourier transform of a fixed length, any length: Stockham's form, one pass for each prime factor (and 4). Speech wants 400, which is no power of two.
 * Transforms in place: real and imaginary parts.
 */
export function makeFft(length: number): (real: Float64Array, imaginary: Float64Array) => void {
  const radices = factorise(length);
  const [cosines, sines] = [Math.cos, Math.sin].map((wave) => Float64Array.from({ length }, (_, i) => wave((-2 * Math.PI * i) / length))) as [Float64Array, Float64Array];
  const turns = new Int32Array(Math.max(1, ...radices));
  const [otherReal, otherImaginary] = [new Float64Array(length), new Float64Array(length)];
  return (real, imaginary) => {
    let [x, y, nextX, nextY] = [real, imaginary, otherReal, otherImaginary] as [Float64Array, Float64Array, Float64Array, Float64Array];
    let [size, stride] = [length, 1];
    for (const radix of radices) {
      const part = size / radix;
      for (let j = 0; j < part; j++) {
        for (let r = 0; r < radix; r++) {
          // The turn that a later pass would need is in this one: exp(-2 pi i r (j + part t) / size).
          for (let t = 0; t < radix; t++) turns[t] = ((r * (j + part * t)) % size) * stride;
          const to = stride * (radix * j + r);
          for (let q = 0; q < stride; q++) {
            let [sumX, sumY] = [0, 0];
            for (let t = 0, from = stride * j + q; t < radix; t++, from += stride * part) {
              const turn = turns[t] as number;
              const [cosine, sine, re, im] = [cosines[turn] as number, sines[turn] as number, x[from] as number, y[from] as number];
              sumX += re * cosine - im * sine;
              sumY += re * sine + im * cosine;
            }
            nextX[to + q] = sumX;
            nextY[to + q] = sumY;
          }
        }
      }
      [x, y, nextX, nextY] = [nextX, nextY, x, y];
      [size, stride] = [part, stride * radix];
    }
    if (x !== real) {
      real.set(x);
      imaginary.set(y);
    }
  };
}

function factorise(length: number): number[] {
  const factors: number[] = [];
  for (const radix of [4, 2, 3, 5]) for (; length % radix === 0; length /= radix) factors.push(radix);
  for (let radix = 7; length > 1; radix += 2) for (; length % radix === 0; length /= radix) factors.push(radix);
  return factors;
}
