import type { NNContext, NNGraph } from "../graphs/backend.js";
import type { GraphStore } from "../graphs/store.js";
import { GuestMemory } from "./guest-memory.js";
import { Handles } from "./handles.js";

/** What one guest holds. Both import modules of a guest speak of the same graphs and contexts. */
export class GuestSession {
  readonly memory = new GuestMemory();
  readonly graphs = new Handles<NNGraph>("graph");
  readonly contexts = new Handles<NNContext>("context");
  readonly store: GraphStore;

  constructor(store: GraphStore) {
    this.store = store;
  }
}
