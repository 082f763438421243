// Generates with each engine in turn, and posts the tokens a second.
const query = new URLSearchParams(location.search);
const [model, prompt, count, rounds, threads] = [query.get("model"), ...["prompt", "count", "rounds", "threads"].map((name) => Number(query.get(name)))];

/** Tokens a second of what takes so many milliseconds. */
const pace = (tokens, ms) => (tokens * 1000) / ms;

/** Tokens as a model takes them. */
const tensor = (tokens) => ({ data: BigInt64Array.from(tokens, BigInt), shape: [tokens.length] });

const engines = {
  async sconce() {
    const { load } = await import("sconce");
    const asked = performance.now();
    const step = await load(`../models/${model}.wasm`, { threads });
    if (!("step" in step.methods)) throw new Error("the model has no method for one token: compile it with --method step --input step.tokens=1");
    await step.call("step", { tokens: tensor([1]), position: 0 });
    const loaded = performance.now() - asked;
    return {
      loaded,
      memory: () => step.report().bytes.memory,
      async generate() {
        const began = performance.now();
        await step.run({ tokens: tensor(Array.from({ length: prompt }, (_, position) => 3 + (position % 200))), position: 0 });
        const read = performance.now();
        let token = 5;
        const added = [];
        for (let position = prompt; position < prompt + count; position++) {
          const asked = performance.now();
          const { data } = (await step.call("step", { tokens: tensor([token]), position })).logits;
          const inside = step.report().milliseconds.lastRun;
          added.push((performance.now() - asked) / inside - 1);
          token = 0;
          for (let i = 1; i < data.length; i++) if (data[i] > data[token]) token = i;
        }
        const took = performance.now() - read;
        return { prompt: pace(prompt, read - began), decode: pace(count, took), overhead: added.sort((a, b) => a - b)[added.length >> 1], least: added[0] };
      },
    };
  },
  async wllama() {
    const { Wllama } = await import("../wllama/index.js");
    const engine = new Wllama({ default: new URL("../wllama/wasm/wllama.wasm", location.href).href }, { suppressNativeLog: true });
    const asked = performance.now();
    await engine.loadModel([await (await fetch(`../models/${model}.gguf`)).blob()], { n_ctx: 1024, n_threads: threads, n_gpu_layers: 0 });
    const loaded = performance.now() - asked;
    return {
      loaded,
      memory: () => undefined,
      async generate() {
        // Bytes are tokens here; another first letter keeps what is kept of the last prompt from being used.
        const text = String.fromCharCode(97 + Math.floor(26 * Math.random())) + "q".repeat(prompt - 3);
        const answer = await engine.createCompletion({ prompt: text, max_tokens: count, temperature: 0, ignore_eos: true, cache_prompt: false });
        const { prompt_n, prompt_ms, predicted_n, predicted_ms } = answer.timings;
        return { prompt: pace(prompt_n, prompt_ms), decode: pace(predicted_n, predicted_ms), tokens: [prompt_n, predicted_n], threads: engine.getNumThreads() };
      },
    };
  },
};

const results = [];
try {
  const running = {};
  for (const name of query.get("engines").split(",")) running[name] = await engines[name]();
  for (let round = 0; round < rounds; round++) {
    for (const [engine, { generate, loaded, memory }] of Object.entries(running)) {
      const numbers = await generate();
      results.push({ engine, round, loaded, memory: memory(), ...numbers });
    }
  }
} catch (error) {
  results.push({ error: error?.stack ?? String(error) });
}
await fetch(`../result/${query.get("run")}`, { method: "POST", body: JSON.stringify({ userAgent: navigator.userAgent, results }) });
