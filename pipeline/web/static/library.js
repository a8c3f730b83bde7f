// The library: its reports listed, searched, looked at, taken out.

import { get, html, remove } from "./api.js";
import { $, make, tell } from "./dom.js";
import { problem, sure } from "./words.js";

const FIELDS = ["theme", "place", "unit", "year"];
let model = null;

export async function startLibrary(found) {
  model = found;
  $("library").hidden = false;
  $("library-theme").append(...model.labels.map((label) => make("option", { value: label.name }, label.name)));
  $("library-search").addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  $("library-search").addEventListener("reset", () => setTimeout(list));
  await list();
}

async function list() {
  try {
    const { reports } = await get("/api/library");
    $("library-count").textContent = reports.length ? `${reports.length} 篇` : "";
    $("library-said").textContent = reports.length ? "" : "还没有报告。用命令 pipeline library add 收入报告。";
    $("library-list").replaceChildren(...reports.map(rowOf));
  } catch (error) {
    tell(problem(error));
  }
}

async function search() {
  const query = $("library-query").value.trim();
  if (!query) {
    await list();
    return;
  }
  const asked = new URLSearchParams({ query });
  for (const field of FIELDS) {
    const value = $(`library-${field}`).value.trim();
    if (value) asked.set(field, value);
  }
  tell("");
  try {
    const { passages, reports, found } = await get(`/api/library/find?${asked}`);
    const rest = found.length < passages ? `，列出最新收入的 ${found.length} 段` : "";
    $("library-said").textContent = passages ? `${reports} 篇报告中的 ${passages} 段${rest}` : "没有找到。";
    $("library-list").replaceChildren(...found.map(passageOf));
  } catch (error) {
    tell(problem(error));
  }
}

const about = (report) => [report.unit, report.place, report.year, report.kind, report.group].filter(Boolean).join(" · ");
const title = (report) => report.name || report.file;

function rowOf(report) {
  return make(
    "li",
    {},
    make("span", { class: "name" }, title(report)),
    make("p", { class: "facts-of-file" }, [about(report), `${report.passages} 段`, report.file].filter(Boolean).join(" · ")),
    make("span", { class: "acts" }, opener(report), remover(report)),
  );
}

function passageOf({ report, theme, score, text }) {
  return make(
    "li",
    {},
    make("span", { class: "found" }, text),
    make("p", { class: "facts-of-file" }, [`${theme} ${sure(score)}`, title(report), about(report)].filter(Boolean).join(" · ")),
    make("span", { class: "acts" }, opener(report)),
  );
}

function opener(report) {
  return make("button", { type: "button", class: "open", "aria-label": `查看 ${title(report)}`, onclick: () => open(report) }, "查看");
}

function remover(report) {
  const button = make("button", { type: "button", "aria-label": `删除 ${title(report)}` }, "删除");
  let asked = false;
  button.addEventListener("click", async () => {
    if (!asked) {
      asked = true;
      button.textContent = "确定删除正文和属性？";
      return;
    }
    try {
      await remove(`/api/library/reports/${report.number}`);
      $("library-report").hidden = true;
    } catch (error) {
      tell(problem(error));
    }
    await list();
  });
  button.addEventListener("blur", () => {
    asked = false;
    button.textContent = "删除";
  });
  return button;
}

async function open(report) {
  tell("");
  try {
    const markup = await html(`/api/library/reports/${report.number}/page`);
    const sheet = $("themes");
    if (!sheet.getAttribute("href")) sheet.href = `/themes/${model.id}.css`;
    const host = $("library-report");
    const parsed = new DOMParser().parseFromString(markup, "text/html"); // scripts in it would not run, and there are none
    host.replaceChildren(...parsed.body.childNodes);
    host.hidden = false;
    host.focus();
    host.scrollIntoView();
  } catch (error) {
    tell(problem(error));
  }
}
