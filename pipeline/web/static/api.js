// Requests to the server; what goes wrong is thrown as a Problem with the server's code.

export class Problem extends Error {
  constructor(code, message, retryAfter = 0) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

function check(status, text, retryAfter) {
  if (status === 401) location.assign("/login");
  if (status >= 200 && status < 300) return;
  let found = {};
  try {
    found = JSON.parse(text);
  } catch {
    found = { code: "network", error: text };
  }
  throw Object.assign(new Problem(found.code, found.error, Number(retryAfter ?? 0)), { saved: found.saved ?? [] });
}

export async function blob(path) {
  const answer = await reach(path);
  if (answer.ok) return answer.blob();
  check(answer.status, await answer.text(), answer.headers.get("retry-after"));
  throw new Problem("network", "");
}

async function reach(path, options = {}) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Problem("network", "");
  }
}

async function ask(path, options = {}) {
  const answer = await reach(path, options);
  const text = await answer.text();
  check(answer.status, text, answer.headers.get("retry-after"));
  return text;
}

export const get = async (path) => JSON.parse(await ask(path));
export const html = (path) => ask(path);
export const remove = (path) => ask(path, { method: "DELETE" });

const sent = async (method, path, value) => JSON.parse(await ask(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(value) }));
export const post = (path, value) => sent("POST", path, value);
export const put = (path, value) => sent("PUT", path, value);

// fetch tells nothing of how far an upload is; XMLHttpRequest does.
export function send(path, file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded / Math.max(1, event.total)));
    request.addEventListener("error", () => reject(new Problem("network", "")));
    request.addEventListener("load", () => {
      try {
        check(request.status, request.responseText, request.getResponseHeader("retry-after"));
        resolve(JSON.parse(request.responseText));
      } catch (error) {
        reject(error);
      }
    });
    request.send(file);
  });
}
