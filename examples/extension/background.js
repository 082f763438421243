// The background, a service worker: looks at pictures of any page by their context menu. There is no Worker here, so the model runs in place.
import { look, openModel } from "./model.js";

const title = "What does the model see here?";
let model;

chrome.runtime.onInstalled.addListener(() => chrome.contextMenus.create({ id: "look", title, contexts: ["image"] }));
chrome.contextMenus.onClicked.addListener(({ srcUrl }) => lookAt(srcUrl));

/** The likeliest answer becomes the badge, and all of them its tooltip. */
async function lookAt(url) {
  await chrome.action.setBadgeText({ text: "…" });
  try {
    // Browsers end a background that has nothing to do, and start it anew: the model is loaded again then.
    model ??= openModel();
    const answers = await look(await model, await (await fetch(url)).blob());
    await chrome.action.setBadgeText({ text: answers[0].name.slice(0, 4) });
    await chrome.action.setTitle({ title: answers.map(({ name, text }) => `${name}: ${text}`).join("\n") });
  } catch (error) {
    await chrome.action.setBadgeText({ text: "!" });
    await chrome.action.setTitle({ title: String(error) });
  }
}
