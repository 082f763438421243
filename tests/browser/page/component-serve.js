// A worker's side of a request.
export function serve(run) {
  onmessage = async ({ data }) => {
    try {
      postMessage({ result: await run(data) });
    } catch (error) {
      postMessage({ error: `${error?.stack ?? JSON.stringify(error)}` });
    }
  };
}
