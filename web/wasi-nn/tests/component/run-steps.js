// Until 2024-08-19: inputs are set, and outputs asked for, one by one.
const steps = {
  setInput: (number, value) => reported(() => contexts.get(number).setInput(value.name, toTensor(value))),
  compute: (number) => reported(() => contexts.get(number).compute()),
  getOutput: (number, name) => reported(() => fromTensor(name, contexts.get(number).getOutput(name))),
};

function run(context, inputs, outputs) {
  for (const value of inputs) context.setInput(value.name, toTensor(value));
  context.compute();
  return outputs.map((name) => fromTensor(name, context.getOutput(name)));
}

export { driver, steps };
