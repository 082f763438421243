import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// What threads need of a server. In production it is your host that sends them.
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export default defineConfig({ plugins: [svelte()], server: { headers }, preview: { headers } });
