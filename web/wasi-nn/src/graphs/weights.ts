import { type OpenShard, type ShardInfo, openSource } from "sconce/core";
import { NNError } from "../errors.js";
import { readNow } from "./reading.js";

/** Files of weights by their SHA-256 in hexadecimal. */
export type Weights = ReadonlyMap<string, Uint8Array | Blob>;

/** Opens files of weights that were given, and others where they lie beside the model. */
export function openWeights(given: Weights | undefined, beside: OpenShard | undefined): OpenShard | undefined {
  return given === undefined ? beside : async (shard, again) => {
    const file = given.get(shard.sha256);
    return file === undefined ? (beside ?? missing)(shard, again) : openSource(file);
  };
}

/** The same at once, for a thread that blocks. */
export function readWeights(given: Weights | undefined, beside: ((shard: ShardInfo) => Uint8Array) | undefined): typeof beside {
  return given === undefined ? beside : (shard) => {
    const file = given.get(shard.sha256);
    return file === undefined ? (beside ?? missing)(shard) : readNow(file);
  };
}

function missing({ sha256 }: ShardInfo): never {
  throw new NNError("not-found", `the model's file of weights ${sha256}.bin is not among those that were given by the option weights`);
}
