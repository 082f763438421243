import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// What threads need of a server. In production it is your host that sends them.
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export default defineConfig({ plugins: [react()], server: { headers }, preview: { headers } });
