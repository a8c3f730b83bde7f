// The library: its reports listed, sorted, searched, looked at, corrected in their attributes, tagged anew, taken out; its history.

import { get, html, post, remove } from "./api.js";
import { offerReports } from "./digests.js";
import { $, askTwice, colour, make, tell } from "./dom.js";
import { recall, remember } from "./place.js";
import { ACTIONS, ATTRIBUTES, problem, sure, when } from "./words.js";

const FIELDS = ["theme", "place", "unit", "year"];
let models = [];
let kept = []; // the reports, the newest first
let found = null; // the passages of a search, or null for the list
let shown = []; // the reports that can be chosen: of the list, or of the search
const chosen = new Set(recall("chosen", []));

export async function startLibrary(offered) {
  models = offered;
  $("library").hidden = false;
  $("library-theme").append(...models[0].labels.map((label) => make("option", { value: label.name }, label.name)));
  $("retag-model").append(...models.map((model) => make("option", { value: model.id }, `${model.name} ${model.version}`)));
  $("library-search").addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  $("library-search").addEventListener("reset", () => setTimeout(search));
  $("library-sort").addEventListener("change", draw);
  $("library-all").addEventListener("change", chooseAll);
  $("chosen-clear").addEventListener("click", () => choose([]));
  $("chosen-digest").addEventListener("click", () => offerReports([...chosen], true));
  $("chosen-retag").addEventListener("click", () => openRetag());
  askTwice($("chosen-remove"), () => `确定删除 ${chosen.size} 篇的正文和属性？`, removeChosen);
  $("retag-look").addEventListener("click", () => retag(false));
  $("retag-write").addEventListener("click", () => retag(true));
  $("retag-close").addEventListener("click", () => ($("retag").hidden = true));
  $("retag-model").addEventListener("change", () => ($("retag-write").disabled = true));
  $("keep").addEventListener("click", keep);
  fill(recall("search", {}));
  await reload();
  await search();
}

// ---- what there is

async function reload() {
  try {
    const [{ reports }, { batches }] = await Promise.all([get("/api/library"), get("/api/library/batches")]);
    kept = reports;
    $("library-count").textContent = reports.length ? `${reports.length} 篇` : "";
    $("history").hidden = !batches.length;
    $("history-count").textContent = `${batches.length} 次`;
    $("history-list").replaceChildren(...batches.map(batchOf));
    const known = new Set(reports.map((report) => report.number));
    choose([...chosen].filter((number) => known.has(number)));
  } catch (error) {
    tell(problem(error));
  }
}

const asked = () => Object.fromEntries(["query", ...FIELDS].map((field) => [field, $(`library-${field}`).value.trim()]));

function fill(fields) {
  for (const [field, value] of Object.entries(fields)) if ($(`library-${field}`)) $(`library-${field}`).value = value;
}

async function search() {
  const fields = asked();
  remember("search", fields);
  const isYear = !fields.year || /^\d{4}年?$/.test(fields.year);
  tell(isYear ? "" : `“${fields.year}”不是年份：请写成 2024 这样，一次一个年份。`);
  found = null;
  if (fields.query && isYear) {
    const given = Object.entries(fields).filter(([, value]) => value);
    try {
      found = await get(`/api/library/find?${new URLSearchParams(given)}`);
    } catch (error) {
      tell(problem(error));
    }
  }
  draw();
}

const isWanted = (report, { place, unit, year }) =>
  report.place.includes(place) && report.unit.includes(unit) && (!year || report.year === year.replace("年", ""));

// Reports by what is filled in besides words; of equal ones the newest first.
function sorted(fields) {
  const key = $("library-sort").value;
  const wanted = kept.filter((report) => isWanted(report, fields));
  const of = (report) => (key === "title" ? title(report) : report[key]);
  if (key) wanted.sort((one, other) => (of(one) === "") - (of(other) === "") || of(one).localeCompare(of(other), "zh-CN", { numeric: true }));
  return wanted;
}

function draw() {
  const fields = asked();
  if (found) {
    const rest = found.found.length < found.passages ? `，列出最新收入的 ${found.found.length} 段` : "";
    $("library-said").textContent = found.passages ? `${found.reports} 篇报告中的 ${found.passages} 段${rest}` : "没有找到。";
    $("library-list").replaceChildren(...found.found.map(passageOf));
    shown = [...new Set(found.found.map(({ report }) => report.number))];
  } else {
    const rows = sorted(fields);
    const none = kept.length ? "没有这样的报告。" : "还没有报告。标注文件后点“收入报告库”，或用命令 pipeline library add 收入。";
    $("library-said").textContent = rows.length ? (rows.length < kept.length ? `${kept.length} 篇中的 ${rows.length} 篇` : "") : none;
    $("library-list").replaceChildren(...rows.map(rowOf));
    shown = rows.map((report) => report.number);
  }
  drawChosen();
}

const about = (report) => [report.unit, report.place, report.year, report.kind, report.group].filter(Boolean).join(" · ");
const title = (report) => report.name || report.file;

function rowOf(report) {
  const item = make("li", { "data-report": report.number });
  const facts = [about(report), `${report.passages} 段`, report.file, `${when(report.added)} 收入`].filter(Boolean).join(" · ");
  item.append(
    make("label", { class: "name" }, picker(report), make("bdi", {}, title(report))),
    make("p", { class: "facts-of-file" }, facts),
    make("span", { class: "acts" }, opener(report), attributesOpener(report, item), remover(report)),
  );
  return item;
}

// A text with the words that were looked for in <mark>; places count characters, which strings of a script do not.
function marked(text, marks) {
  const signs = [...text];
  let end = 0;
  const pieces = marks.flatMap(([start, stop]) => {
    const before = signs.slice(end, start).join("");
    end = stop;
    return [before, make("mark", {}, signs.slice(start, stop).join(""))];
  });
  return [...pieces, signs.slice(end).join("")];
}

function passageOf({ report, theme, score, text, marks }) {
  return make(
    "li",
    { "data-report": report.number },
    make("label", { class: "found" }, picker(report), ...marked(text, marks)),
    make("p", { class: "facts-of-file" }, [`${theme} ${sure(score)}`, title(report), about(report)].filter(Boolean).join(" · ")),
    make("span", { class: "acts" }, opener(report)),
  );
}

function batchOf(batch) {
  const changed = batch.action === "retag" ? ` · ${batch.changed} 段主题有变` : "";
  const item = make(
    "li",
    {},
    make("span", { class: "name" }, `${when(batch.date)} ${ACTIONS[batch.action] ?? batch.action} ${batch.reports} 篇`),
    make("p", { class: "facts-of-file" }, `第 ${batch.number} 批 · ${batch.passages} 段${changed} · 模型 ${batch.model}`),
  );
  const take = () => choose(batch.members);
  if (batch.members.length) {
    const button = make("button", { type: "button", "aria-label": `选中第 ${batch.number} 批`, onclick: take }, `选中这一批（${batch.members.length} 篇）`);
    item.append(make("span", { class: "acts" }, button));
  }
  return item;
}

// ---- choosing

function picker(report) {
  const set = (event) => {
    if (event.target.checked) chosen.add(report.number);
    else chosen.delete(report.number);
    drawChosen();
  };
  return make("input", { type: "checkbox", "aria-label": `选 ${title(report)}`, onchange: set, "data-number": report.number });
}

function choose(numbers) {
  chosen.clear();
  for (const number of numbers) chosen.add(number);
  drawChosen();
}

function chooseAll() {
  for (const number of shown) {
    if ($("library-all").checked) chosen.add(number);
    else chosen.delete(number);
  }
  drawChosen();
}

function drawChosen() {
  remember("chosen", [...chosen]);
  $("library-chosen").hidden = !kept.length;
  $("library-chosen-count").textContent = chosen.size ? `已选 ${chosen.size} 篇` : "";
  for (const id of ["chosen-digest", "chosen-retag", "chosen-remove", "chosen-clear"]) $(id).disabled = !chosen.size;
  for (const box of $("library-list").querySelectorAll("[data-number]")) box.checked = chosen.has(Number(box.dataset.number));
  $("library-all").checked = shown.length > 0 && shown.every((number) => chosen.has(number));
  offerReports([...chosen]);
}

async function removeChosen() {
  for (const number of [...chosen]) {
    try {
      await remove(`/api/library/reports/${number}`);
    } catch (error) {
      if (error.code !== "not_found") tell(problem(error));
    }
  }
  $("library-report").hidden = true;
  await reload();
  await search();
}

// ---- attributes

function attributesOpener(report, item) {
  const toggle = () => {
    const open = item.querySelector("form");
    if (open) open.remove();
    else item.append(attributesForm(report, item));
    item.querySelector("form input")?.focus();
  };
  return make("button", { type: "button", "aria-label": `属性 ${title(report)}`, onclick: toggle }, "属性");
}

// Only what was changed is sent, so that what was found in the report is not said to come from a person.
function attributesForm(report, item) {
  const inputs = Object.entries(ATTRIBUTES).map(([name, word]) => {
    const basis = report.bases[name] ? `（据${report.bases[name]}）` : "";
    const input = make("input", { name, value: report[name], maxlength: 60 });
    return make("label", {}, `${word}${basis} `, input);
  });
  const form = make("form", { class: "attributes", "aria-label": `${title(report)}的属性` }, ...inputs);
  const said = make("p", { class: "failure", role: "alert" });
  form.append(make("button", { type: "submit", class: "first" }, "保存属性"), make("button", { type: "button", onclick: () => form.remove() }, "取消"), said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = [...new FormData(form)].filter(([name, value]) => value.trim() !== report[name]);
    try {
      const fresh = await post(`/api/library/reports/${report.number}/attributes`, Object.fromEntries(given));
      kept = kept.map((one) => (one.number === fresh.number ? fresh : one));
      const row = rowOf(fresh);
      item.replaceWith(row);
      drawChosen();
      row.querySelector('[aria-label^="属性"]').focus();
    } catch (error) {
      said.textContent = problem(error);
      said.title = error.message;
    }
  });
  return form;
}

// ---- tagging anew

function openRetag() {
  $("retag").hidden = false;
  $("retag-write").disabled = true;
  $("retag-said").textContent = `${chosen.size} 篇`;
  $("retag-list").replaceChildren();
  $("retag-look").focus();
}

async function retag(write) {
  const model = $("retag-model").value;
  $("retag-said").textContent = "正在重新标注…";
  for (const id of ["retag-look", "retag-write"]) $(id).disabled = true;
  try {
    const done = await post("/api/library/retag", { reports: [...chosen], model, write });
    const others = done.not_whole.length ? `；${done.not_whole.length} 篇只有标注结果，不能重新标注` : "";
    const rest = done.changes.length < done.changed ? `，列出前 ${done.changes.length} 段` : "";
    $("retag-said").textContent = `${write ? "已更新" : "将更新"} ${done.reports} 篇：${done.passages} 段中有 ${done.changed} 段主题${write ? "已变" : "会变"}${rest}${others}。`;
    $("retag-list").replaceChildren(...done.changes.map(changeOf));
    $("retag-write").disabled = write;
    if (write) {
      await reload();
      await search();
    }
  } catch (error) {
    $("retag-said").textContent = `没有完成：${problem(error)}`;
  } finally {
    $("retag-look").disabled = false;
  }
}

function changeOf({ name, before, after, text }) {
  const themes = make("span", { class: "change" }, make("s", {}, before), " → ", make("b", {}, after));
  return make("li", {}, make("span", { class: "found" }, text), make("p", { class: "facts-of-file" }, themes, ` · ${name}`));
}

// ---- keeping what was tagged

async function keep() {
  const files = JSON.parse($("keep").dataset.files || "[]");
  $("keep").disabled = true;
  $("keep-said").textContent = `正在收入 ${files.length} 个文件…`;
  try {
    const done = await post("/api/library/reports", { files });
    const known = done.known ? `，${done.known} 篇库里已有` : "";
    const newer = done.notices.length ? `；${done.notices.length} 篇的旧版本还在库里，可以移出` : "";
    $("keep-said").textContent = `收入 ${done.added} 篇${known}${newer}。`;
    await reload();
    await search();
  } catch (error) {
    $("keep-said").textContent = `没有收入：${problem(error)}`;
  } finally {
    $("keep").disabled = false;
  }
}

// ---- looking and removing

function opener(report) {
  return make("button", { type: "button", class: "open", "aria-label": `查看 ${title(report)}`, onclick: () => open(report) }, "查看");
}

function remover(report) {
  const button = make("button", { type: "button", "aria-label": `删除 ${title(report)}` }, "删除");
  askTwice(button, () => "确定删除正文和属性？", async () => {
    try {
      await remove(`/api/library/reports/${report.number}`);
      $("library-report").hidden = true;
    } catch (error) {
      tell(problem(error));
    }
    await reload();
    await search();
  });
  return button;
}

async function open(report) {
  tell("");
  try {
    const markup = await html(`/api/library/reports/${report.number}/page`);
    if (!$("themes").getAttribute("href")) colour(models[0].id);
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
