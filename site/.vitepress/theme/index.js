import { withBase } from "vitepress";
import Theme from "vitepress/theme-without-fonts";
import "./style.css";

export default {
  extends: Theme,
  enhanceApp() {
    // What was looked at stays there without a network, and search too.
    if (!import.meta.env.SSR && import.meta.env.PROD) void navigator.serviceWorker?.register(withBase("/offline.js")).catch(() => {});
  },
};
