import type { IntegersView, NumbersView } from "./memory-view.js";

/** sums[row, p] = Σₖ input[places[p] + terms[k]] · weights[row, k], each in the order of its terms: src/Sconce.Compiler/Evaluation/SumProducts.cs. */
export function sumProducts(input: NumbersView, places: IntegersView, terms: IntegersView, weights: NumbersView, sums: NumbersView): void {
  sums.set(sumsOf(input.slice(), places.slice(), terms.slice(), weights.slice(), new Float64Array(sums.length)));
}

function sumsOf(input: Float64Array, places: Int32Array, terms: Int32Array, weights: Float64Array, sums: Float64Array): Float64Array {
  const [columns, count] = [places.length, terms.length];
  for (let i = 0, row = 0; i < sums.length; row += count) {
    for (let column = 0; column < columns; column++, i++) {
      const place = places[column] as number;
      let sum = 0;
      for (let k = 0; k < count; k++) sum += (input[place + (terms[k] as number)] as number) * (weights[row + k] as number);
      sums[i] = sum;
    }
  }
  return sums;
}
