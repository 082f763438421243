// Asks the page of examples/story for stories as a person would, in a frame.
import { check, finish, same, test, until } from "./harness.js";

const frame = document.getElementById("story");
await new Promise((resolve) => {
  frame.onload = resolve;
  frame.src = "../story/index.html";
});
const { contentDocument: page } = frame;
const element = (id) => page.getElementById(id);
const text = (id) => element(id).textContent;
const story = () => text("begun") + text("text");
const told = await (await fetch("../story/told.json")).json();

async function tell(seed) {
  element("seed").value = String(seed);
  element("tell").click();
  check(element("tell").disabled && !element("stop").disabled, "it does not begin");
}

const finished = () => until(() => !element("tell").disabled);

test("the model loads", async () => {
  check(await until(() => !element("tell").disabled), `it still says "${text("status")}"`);
  check(element("status").hidden && /MB$/.test(text("bytes")) && /ms$/.test(text("ready")) && text("threads") === "1 thread", `it shows ${text("bytes")}, ${text("ready")}, ${text("threads")}`);
});

test("a seed tells what it tells in Node, piece by piece", async () => {
  await tell(7);
  check(await until(() => Number(text("count")) > 2), "no token comes");
  const early = story();
  check(early.length < told.length && told.startsWith(early), `it has begun with ${early}`);
  check(await finished(), "it does not end");
  same(story(), told, "the story");
  check(Number(text("pace")) > 0 && text("spoken").length > 0, `its pace is ${text("pace")}`);
});

test("the same seed tells the same, another one another", async () => {
  await tell(7);
  await finished();
  same(story(), told, "the story");
  element("another").click();
  await tell(8);
  await finished();
  check(story() !== told && story().startsWith("Once upon a time"), `it tells ${story()}`);
});

test("it stops when it is told to, and goes on with the next", async () => {
  await tell(7);
  check(await until(() => Number(text("count")) > 2), "no token comes");
  element("stop").click();
  check(await finished(), "it does not stop");
  const part = story();
  check(part.length < told.length && told.startsWith(part) && element("status").hidden, `it stopped at ${part}, and says "${text("status")}"`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  same(story(), part, "the story, later");
  await tell(7);
  await finished();
  same(story(), told, "the story, told again");
});

test("a prompt that is too long is refused, and shown why", async () => {
  element("prompt").value = "a long story ".repeat(200);
  element("tell").click();
  check(await finished() && !element("status").hidden && /keeps 255/.test(text("status")), `it says "${text("status")}"`);
});

await finish();
