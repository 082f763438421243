// Drops real models on the playground: each has to be proven, and to give PyTorch's answers.
import { check, finish, same, test, until } from "./harness.js";
import { bytes, drop, element, hasRun, isProven, shown, text } from "./playground-frame.js";

const models = await (await fetch("../given/models.json")).json();
const told = {};
const isJudged = () => / (good|bad)$/.test(element("model-proof").className);

for (const name of models) {
  test(name, async () => {
    const arrays = name.replace(/\.pt2?$/, ".npz");
    const began = performance.now();
    await drop({ [name]: await bytes(`given/${name}`), [arrays]: await bytes(`given/${arrays}`) });
    check(await until(() => text("model-error") !== "" || text("model-obstacle") !== "" || (text("model-name") === name && isJudged() && hasRun()), 280_000), shown());
    told[name] = `${text("model-stage")} ${text("fact-run")} a run; ${Math.round(performance.now() - began)} ms in all; ${text("model-proof-text")}; ${text("model-answers-text")}`;
    same([text("model-error"), text("model-obstacle")], ["", ""], "errors");
    check(isProven(), shown());
    check(/PyTorch’s/.test(text("model-answers-text")) && text("model-answers-problem") === "", shown());
  });
}

await finish(told);
