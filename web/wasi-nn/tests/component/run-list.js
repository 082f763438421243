// 2024-10-28: a computation takes all inputs and gives all outputs.
function run(context, inputs) {
  return context.compute(inputs.map((value) => [value.name, toTensor(value)])).map(([name, tensor]) => fromTensor(name, tensor));
}

export { driver };
