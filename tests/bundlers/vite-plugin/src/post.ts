export const post = (answer: object) => fetch("/result", { method: "POST", body: JSON.stringify(answer) });
