// A model behind Vue's ref, whose proxy has no private fields.
import { load } from "sconce";
import { createApp, ref } from "vue";

const model = ref();
createApp({
  async mounted() {
    const answer = await load("/affine.wasm", { threads: 2 }).then(async (loaded) => {
      model.value = loaded;
      const { y } = await model.value.run({ x: { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] }, mask: { data: Uint8Array.of(1), shape: [1] } });
      const { threads, worker } = model.value.report();
      model.value.dispose();
      return { y: Array.from(y.data), threads: threads.used, worker };
    }).catch((error) => ({ error: `${error}` }));
    await fetch("/result", { method: "POST", body: JSON.stringify(answer) });
  },
  render: () => null,
}).mount("#app");
