import { then } from "../awaitable.js";
import { ephemeralEncodings } from "../enums.js";
import { NNError } from "../errors.js";
import { builderList, checkTarget, encodingOf } from "./builders.js";
import { type Calls, commonCalls } from "./common.js";
import type { GuestSession } from "./session.js";
import { ephemeralTensor, typeOfInput } from "./tensors.js";

/**
 * The import module `wasi_ephemeral_nn`: the witx of WASI-NN before components, with WasmEdge's extensions. Where hosts differ in their error
 * numbers, these are WasmEdge's.
 */
export function ephemeralCalls(session: GuestSession): Calls {
  const { memory, graphs, contexts, store } = session;
  const { load_by_name, init_execution_context, compute } = commonCalls(session);

  const get_output = (context: number, index: number, buffer: number, size: number, written: number): void => {
    const give = memory.result(written);
    const target = memory.bytes(buffer, size);
    const { data } = contexts.get(context).output(index >>> 0);
    // The guest learns what it needs, and can come again.
    give(data.length);
    if (data.length > target.length) throw new NNError("too-large", `output ${index >>> 0} has ${data.length} bytes, the buffer ${target.length}`);
    target.set(data);
  };

  return {
    load(builders: number, count: number, encoding: number, target: number, graph: number) {
      const give = memory.result(graph);
      const parts = builderList(memory, builders, count);
      checkTarget(target);
      graphs.checkRoom();
      return then(store.load(parts, encodingOf(ephemeralEncodings, encoding)), (loaded) => give(graphs.add(loaded)));
    },
    load_by_name,
    load_by_name_with_config(name: number, length: number, config: number, configLength: number, graph: number) {
      // What it configures, such as how long a text may grow, PyTorch models do not have.
      memory.text(config, configLength);
      return load_by_name(name, length, graph);
    },
    unload: (graph: number) => graphs.remove(graph).release(),
    init_execution_context,
    set_input(context: number, index: number, tensor: number) {
      const target = contexts.get(context);
      target.setInput(index >>> 0, ephemeralTensor(memory, tensor, typeOfInput(target, index >>> 0)));
    },
    compute,
    get_output,
    // For models that give their output piece by piece. Ours give it whole: one piece.
    compute_single: compute,
    get_output_single: get_output,
    fini_single: (context: number) => void contexts.get(context),
    finalize_execution_context: (context: number) => contexts.remove(context).dispose(),
  };
}
