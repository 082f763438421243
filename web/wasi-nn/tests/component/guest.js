// The guest of the tests, in JavaScript, of which componentize-qjs makes components: VERSION is filled in, and so is the way to compute.
import errors from "wasi:nn/errors@VERSION";
import graph from "wasi:nn/graph@VERSION";
import { Tensor } from "wasi:nn/tensor@VERSION";

const graphs = new Map();
const contexts = new Map();
let last = 0;

function keep(map, resource) {
  map.set(++last, resource);
  return last;
}

function drop(map, number) {
  map.get(number)[Symbol.dispose]();
  map.delete(number);
}

/** What WASI-NN refuses has the resource `error` as its payload. */
function reported(call) {
  try {
    return call();
  } catch (error) {
    if (error.payload === undefined) throw error;
    throw { code: error.payload.code(), data: error.payload.data() };
  }
}

const toTensor = ({ dimensions, ty, data }) => new Tensor(dimensions, ty, data);
const fromTensor = (name, tensor) => ({ name, dimensions: tensor.dimensions(), ty: tensor.ty(), data: tensor.data() });

const driver = {
  load: (builders, encoding, target) => reported(() => keep(graphs, graph.load(builders, encoding, target))),
  loadByName: (name) => reported(() => keep(graphs, graph.loadByName(name))),
  dropGraph: (number) => drop(graphs, number),
  open: (number) => reported(() => keep(contexts, graphs.get(number).initExecutionContext())),
  close: (number) => drop(contexts, number),
  tensor: (value) => fromTensor(value.name, toTensor(value)),
  run: (number, inputs, outputs) => reported(() => run(contexts.get(number), inputs, outputs)),
};
