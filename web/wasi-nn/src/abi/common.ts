import { type Awaitable, then } from "../awaitable.js";
import type { GuestSession } from "./session.js";

/** The functions of an import module by their names. All parameters are i32; what is thrown becomes an error number. */
export type Calls = Readonly<Record<string, (...parameters: number[]) => Awaitable<void>>>;

/** What `wasi_ephemeral_nn` and `wasi_nn` have in common. */
export function commonCalls({ memory, graphs, contexts, store }: GuestSession) {
  return {
    load_by_name(address: number, length: number, graph: number): Awaitable<void> {
      const give = memory.result(graph);
      const name = memory.text(address, length);
      graphs.checkRoom();
      return then(store.loadByName(name), (loaded) => give(graphs.add(loaded)));
    },
    init_execution_context(graph: number, context: number): void {
      const give = memory.result(context);
      contexts.checkRoom();
      give(contexts.add(graphs.get(graph).createContext()));
    },
    compute: (context: number): Awaitable<void> => contexts.get(context).compute(),
  } satisfies Calls;
}
