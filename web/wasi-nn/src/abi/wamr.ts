import { then } from "../awaitable.js";
import { wamrEncodings } from "../enums.js";
import { NNError } from "../errors.js";
import { builderList, checkTarget, encodingOf } from "./builders.js";
import { type Calls, commonCalls } from "./common.js";
import type { GuestSession } from "./session.js";
import { wamrTensor } from "./tensors.js";

/** WAMR counts the sizes of outputs in floats. */
const floatBytes = 4;

/** The import module `wasi_nn` of WAMR, whose structures hold pointers to structures, and whose outputs are counted in floats. */
export function wamrCalls(session: GuestSession): Calls {
  const { memory, graphs, contexts, store } = session;
  return {
    ...commonCalls(session),
    load(builders: number, encoding: number, target: number, graph: number) {
      const give = memory.result(graph);
      const [list = 0, count = 0] = memory.u32s(builders, 2);
      const parts = builderList(memory, list, count);
      checkTarget(target);
      graphs.checkRoom();
      return then(store.load(parts, encodingOf(wamrEncodings, encoding)), (loaded) => give(graphs.add(loaded)));
    },
    set_input: (context: number, index: number, tensor: number) => contexts.get(context).setInput(index >>> 0, wamrTensor(memory, tensor)),
    get_output(context: number, index: number, buffer: number, size: number) {
      const give = memory.result(size);
      const floats = memory.u32(size);
      const { data } = contexts.get(context).output(index >>> 0);
      const needed = Math.ceil(data.length / floatBytes);
      if (needed > floats) {
        give(needed);
        throw new NNError("too-large", `output ${index >>> 0} has ${needed} floats, the buffer ${floats}`);
      }
      memory.bytes(buffer, data.length).set(data);
      give(needed);
    },
  };
}
