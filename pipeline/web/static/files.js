// The files: chosen or dropped, sent two at a time, watched until they are tagged, listed.

import { get, post, remove, send } from "./api.js";
import { listCoders } from "./coders.js";
import { $, askTwice, make, tell } from "./dom.js";
import { recall, remember } from "./place.js";
import { download } from "./zip.js";
import { failure, formatName, percent, problem, size, STATES } from "./words.js";

const AT_ONCE = 2;
const TRIES = 5;
const WATCH = 700; // milliseconds between two looks
const sending = new Map(); // what is not on the server yet, by a number
const waiting = [];
let held = [];
let settings = { formats: [], suffixes: [], max_upload: 0 };
let openReport = () => {};
let reloadCorrections = () => {};
let current = "";
let under = 0;
let number = 0;
let timer = 0;
let drawn = "";

const ORDER = ["xlsx", "docx", "html", "csv", "jsonl", "qdpx"]; // what an office asks for comes first

export function startFiles(found, open, reload) {
  const rank = (format) => (ORDER.indexOf(format) + 1 || ORDER.length + 1);
  settings = { ...found, formats: [...found.formats].sort((one, other) => rank(one) - rank(other)) };
  openReport = open;
  reloadCorrections = reload;
  const chooser = $("chooser");
  chooser.accept = settings.suffixes.join(",");
  const take = () => {
    add([...chooser.files]);
    chooser.value = "";
  };
  chooser.addEventListener("change", take);
  if (chooser.files.length) take(); // chosen before the page was ready
  const drop = $("drop");
  for (const name of ["dragenter", "dragover"]) document.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) document.addEventListener(name, (event) => { event.preventDefault(); drop.classList.remove("over"); });
  $("annotator").addEventListener("input", nameCorrector);
  $("files-filter").value = recall("filter", "");
  $("files-sort").value = recall("sort", "");
  for (const [id, key] of [["files-filter", "filter"], ["files-sort", "sort"]]) {
    $(id).addEventListener("input", () => {
      remember(key, $(id).value);
      draw(true);
    });
  }
  askTwice($("files-clear"), () => `确定删除全部 ${held.length + sending.size} 个？`, clear);
  $("zip").addEventListener("click", zipAll);
  document.addEventListener("drop", (event) => add([...event.dataTransfer.files]));
  watch();
}

export function markCurrent(identifier) {
  current = identifier;
  draw(true);
}

// The report after one, of the files that are shown, in their order; null after the last.
export function nextReport(file, number) {
  const reports = ready().flatMap((one) => one.reports.map((_, index) => [one, index]));
  const at = reports.findIndex(([one, index]) => one.id === file && index === number);
  return reports[at + 1] ?? null;
}

// A file that was open before the page was loaded again; null where it has gone since.
export const heldFile = async (identifier) => {
  const { files } = await get("/api/files");
  return files.find((file) => file.id === identifier && file.state === "ready") ?? null;
};

// Whether files are on their way, or being tagged.
export const isBusy = () => sending.size > 0 || held.some((file) => !["ready", "failed"].includes(file.state));

const ready = () => inOrder().filter((row) => row.state === "ready");

const ORDERS = {
  name: (one, other) => one.name.localeCompare(other.name, "zh-CN", { numeric: true }),
  review: (one, other) => asked(other) - asked(one),
  failed: (one, other) => isLost(other) - isLost(one),
};
const asked = (row) => (row.reports ?? []).reduce((sum, report) => sum + report.review, 0);
const isLost = (row) => Number(Boolean(row.error) || row.state === "failed");

function inOrder() {
  const filter = $("files-filter").value.trim().toLowerCase();
  const rows = [...sending.values(), ...[...held].reverse()].filter((row) => row.name.toLowerCase().includes(filter));
  const order = ORDERS[$("files-sort").value];
  return order ? rows.sort(order) : rows;
}

async function clear() {
  waiting.length = 0;
  for (const row of [...sending.values(), ...held]) await drop(row, false);
  watch();
}

// One commented Word file after the other, so that it can be told how far it is.
async function zipAll() {
  const files = ready();
  const names = new Map();
  const entries = files.map((file) => {
    const stem = file.name.replace(/\.[^.]*$/, "");
    const count = names.get(stem) ?? 0;
    names.set(stem, count + 1);
    return { name: `${stem}${count ? `（${count + 1}）` : ""}.docx`, path: `/api/files/${file.id}/download?format=docx&${corrector()}` };
  });
  $("zip").disabled = true;
  try {
    const lost = await download("批注.zip", entries, (done) => ($("zip-said").textContent = `正在写批注 ${done} / ${entries.length}`));
    $("zip-said").textContent = lost.length ? `写好 ${entries.length - lost.length} 个；没有成功：${lost.map(([entry, error]) => `${entry.name}（${problem(error)}）`).join("、")}` : `写好 ${entries.length} 个。`;
  } catch (error) {
    $("zip-said").textContent = `没有成功：${problem(error)}`;
  } finally {
    $("zip").disabled = false;
  }
}

function add(files) {
  for (const file of files) {
    const row = { key: `s${number++}`, file, name: file.name, size: file.size, state: "sending", share: 0, error: refused(file) };
    sending.set(row.key, row);
    if (!row.error) waiting.push(row);
  }
  $("files").open = true;
  draw(true);
  next();
}

function refused(file) {
  const dot = file.name.lastIndexOf(".");
  const suffix = dot > 0 ? file.name.slice(dot).toLowerCase() : "";
  if (suffix && !settings.suffixes.includes(suffix)) return `不支持 ${suffix} 文件；可用：${settings.suffixes.join(" ")}`;
  if (file.size > settings.max_upload) return `文件太大：${size(file.size)}，上限 ${size(settings.max_upload)}。`;
  return file.size ? "" : "文件是空的，请重新保存。";
}

function next() {
  while (under < AT_ONCE && waiting.length) {
    under += 1;
    transfer(waiting.shift()).finally(() => {
      under -= 1;
      next();
    });
  }
}

async function transfer(row, tries = TRIES) {
  const model = $("model").value;
  const query = new URLSearchParams(model ? { name: row.name, model } : { name: row.name });
  try {
    await send(`/api/files?${query}`, row.file, (share) => {
      row.share = share;
      draw();
    });
    sending.delete(row.key);
    watch();
  } catch (error) {
    if (error.code === "busy" && tries > 1) {
      await new Promise((resolve) => setTimeout(resolve, 1000 * (error.retryAfter || 2)));
      return transfer(row, tries - 1);
    }
    row.error = problem(error);
    draw(true);
  }
  return undefined;
}

async function watch() {
  clearTimeout(timer);
  try {
    held = (await get("/api/files")).files;
    draw();
  } catch (error) {
    tell(problem(error));
  }
  timer = setTimeout(watch, isBusy() ? WATCH : WATCH * 20);
}

// Drawn only when something changed: a list that is made anew under the keyboard loses its place.
function draw(always = false) {
  const rows = inOrder();
  const now = JSON.stringify([rows.map((row) => [row.id ?? row.key, row.state, row.share, row.passages, row.error]), current, held.length]);
  if (!always && now === drawn) return;
  drawn = now;
  const focused = document.activeElement?.dataset?.key;
  $("list").replaceChildren(...rows.map(rowOf));
  if (focused) $("list").querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  const ready = held.filter((file) => file.state === "ready").length;
  const all = held.length + sending.size;
  $("files-count").textContent = all ? `${all} 个，${ready} 个已完成` : "没有文件";
  $("files-tools").hidden = all < 2;
  $("all").hidden = ready < 2;
  $("keep-all").hidden = !(settings.library && ready);
  $("keep").dataset.files = JSON.stringify(held.filter((file) => file.state === "ready").map((file) => file.id));
  $("all-formats").replaceChildren(...links("/api/download?", "全部报告"));
}

function rowOf(row) {
  const key = row.id ?? row.key;
  const item = make("li", { "aria-current": key === current ? "true" : undefined });
  item.append(make("span", { class: "name", dir: "auto" }, row.name), make("p", { class: "facts-of-file" }, ...facts(row)));
  const acts = make("span", { class: "acts" });
  if (row.state === "ready") {
    if (row.reports.length === 1) acts.append(opener(row, 0, "查看与校对"));
    acts.append(make("span", { class: "formats", role: "group", "aria-label": `下载 ${row.name}` }, ...links(`/api/files/${row.id}/download?`, row.name)));
  }
  if (isWorkbook(row) && row.corrections) acts.append(importer(row));
  acts.append(make("button", { type: "button", "data-key": `x${key}`, "aria-label": `删除 ${row.name}`, onclick: () => drop(row) }, "删除"));
  item.append(acts);
  const told = (line, index) => [[memberIn(row.name, line), failure(row.codes[index])].filter(Boolean).join("："), line];
  const lines = row.error ? [[row.error, ""]] : isWorkbook(row) ? [] : (row.failures ?? []).map(told);
  for (const [text, title] of lines) item.append(make("p", { class: "failure", title }, text));
  if ((row.reports ?? []).length > 1) {
    item.append(make("ul", { class: "several" }, ...row.reports.map((report, index) => make("li", {}, opener(row, index, "查看与校对", report.source), make("bdi", { title: report.source }, baseName(report.source))))));
  }
  return item;
}

function facts(row) {
  if (row.error) return ["没有上传"];
  if (row.state === "ready") {
    const review = row.reports.reduce((sum, report) => sum + report.review, 0);
    const several = row.reports.length > 1 ? `${row.reports.length} 份报告 · ` : "";
    const passed = row.passed_over.length ? ` · ${row.passed_over.length} 个其他类型的文件未读` : "";
    return [`${several}${row.passages} 段 · ${review} 段待复核 · ${size(row.size)}${passed}`];
  }
  if (isWorkbook(row)) return [`${STATES.workbook} · ${row.corrections ? `${row.corrections} 处更正` : "没有选择更正主题"} · 不作为报告标注`];
  if (row.state === "failed") return [STATES.failed];
  const share = row.state === "waiting" ? undefined : row.share;
  const bar = make("progress", { max: 1, "aria-label": `${row.name} ${STATES[row.state]}`, ...(share === undefined ? {} : { value: share }) });
  const told = row.state === "tagging" && row.passages ? `，${row.passages} 段` : "";
  return [`${STATES[row.state]} ${share === undefined ? "" : percent(share)}${told} `, bar];
}

function opener(row, index, text, source = row.name) {
  return make("button", { type: "button", class: "open", "data-key": `o${row.id}-${index}`, "aria-label": `${text} ${source}`, onclick: () => openReport(row, index) }, text);
}

const isWorkbook = (row) => row.state === "failed" && !row.reports.length && row.codes[0] === "own_workbook";

// A workbook that came from here is not a report: its corrections are taken in under the name in 校对人.
function importer(row) {
  const take = async () => {
    const annotator = $("annotator").value.trim();
    if (!annotator) {
      tell("请先填写校对人的姓名，再导入。");
      $("annotator").focus();
      return;
    }
    try {
      const { saved } = await post(`/api/files/${row.id}/import`, { annotator });
      tell(`已导入 ${row.name} 的 ${saved} 处更正，校对人：${annotator}。`);
      reloadCorrections();
      await listCoders();
    } catch (error) {
      tell(`没有导入：${problem(error)}`);
    }
  };
  return make("button", { type: "button", class: "open", "data-key": `i${row.id}`, "aria-label": `导入 ${row.name} 的更正`, onclick: take }, `导入 ${row.corrections} 处更正`);
}

// A download shows what the person named in 校对人 has saved.
const corrector = () => new URLSearchParams({ annotator: $("annotator").value.trim() });

// Changed in place: a link that is made anew between pressing and letting go of the mouse is not followed.
function nameCorrector() {
  for (const link of document.querySelectorAll("a[data-address]")) link.href = `${link.dataset.address}&${corrector()}`;
}

function links(address, name) {
  return settings.formats.map((format) =>
    make("a", { href: `${address}format=${format}&${corrector()}`, "data-address": `${address}format=${format}`, download: true, "aria-label": `下载 ${name}：${formatName(format)}` }, formatName(format)),
  );
}

async function drop(row, look = true) {
  if (sending.delete(row.key)) {
    const place = waiting.indexOf(row);
    if (place >= 0) waiting.splice(place, 1);
    draw(true);
    return;
  }
  try {
    await remove(`/api/files/${row.id}`);
  } catch (error) {
    if (error.code !== "not_found") tell(problem(error));
  }
  if (look) watch();
}

const baseName = (source) => source.split(/[\\/]/).pop() || source;

// A line of a failure begins with the name of its file, and with that of the member where the file is an archive or a mail.
function memberIn(name, line) {
  const rest = line.startsWith(`${name}/`) ? line.slice(name.length + 1) : "";
  return (rest.match(/^(.+?\.\w{1,8})(?:: |：)/) ?? rest.match(/^(.+?)(?:: |：)/))?.[1] ?? "";
}
