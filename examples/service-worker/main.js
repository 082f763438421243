// The page asks for what stands in a picture as it would ask a server: its service worker answers, without any.
const [status, lines, file] = ["#status", "#lines", "input"].map((selector) => document.querySelector(selector));

navigator.serviceWorker.register("service-worker.js", { type: "module" }).catch((error) => (status.textContent = error.message));
await navigator.serviceWorker.ready;
if (navigator.serviceWorker.controller === null) await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
status.textContent = "Ready, offline too.";
file.disabled = false;

file.addEventListener("change", async () => {
  if (file.files[0] === undefined) return;
  const response = await fetch("look", { method: "POST", body: file.files[0] });
  const answers = await response.json();
  if (!response.ok) return (status.textContent = answers.error);
  lines.replaceChildren(...answers.map(({ name, text }) => Object.assign(document.createElement("li"), { textContent: `${name}: ${text}` })));
});
