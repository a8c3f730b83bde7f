// The page: opens a report, lets a person correct its tags by mouse or keys, and saves what was said.

import { get, html } from "./api.js";
import { listCoders, startCoders } from "./coders.js";
import { Corrections } from "./corrections.js";
import { startCounts } from "./counts.js";
import { $, colour, make, tell } from "./dom.js";
import { startDigests } from "./digests.js";
import { heldFile, isBusy, markCurrent, nextReport, startFiles } from "./files.js";
import { startLibrary } from "./library.js";
import { recall, remember } from "./place.js";
import { describe, Reading } from "./reading.js";
import { problem, sure } from "./words.js";

const QUEUE_SHOWN = 12;
const opened = new Map(); // the corrections of each report that was opened: nothing unsaved is lost by opening another
let models = [];
let reading = null;
let armed = false; // the next number gives a second theme
let saving = false;
let at = null; // the file and the number of the report that is open

const name = () => $("annotator").value.trim();
const unsaved = () => [...opened.values()].reduce((sum, one) => sum + one.changed().length, 0);

// ---- opening

async function open(file, number) {
  tell("");
  const model = models.find((one) => one.id === file.model);
  const path = `/api/files/${file.id}`;
  try {
    const [markup, said] = await Promise.all([
      html(`${path}/report?report=${number}`),
      get(`${path}/tags?${new URLSearchParams({ report: number, annotator: name() })}`),
    ]);
    const key = `${file.id}/${number}`;
    const place = `${file.reports[number].sha256} ${model.id}`;
    if (!opened.has(key)) opened.set(key, new Corrections(file.id, number, said.corrections, place));
    if (said.notices.length) tell(`有 ${said.notices.length} 行更正已损坏，没有计入：${said.notices.join("；")}`);
    colour(model.id);
    $("reading").hidden = false;
    reading = new Reading(markup, said.tags, opened.get(key), model.labels);
  } catch (error) {
    tell(problem(error));
    return;
  }
  $("files").open = false;
  $("more").open = matchMedia("(min-width: 60rem)").matches; // little room is left on a telephone
  markCurrent(file.id);
  at = { file: file.id, number };
  $("next").disabled = !nextReport(file.id, number);
  drawChoices(model.labels);
  arm(false);
  const [first] = reading.queue();
  reading.select(first ? first.place : 0);
  refresh();
}

async function openNext() {
  const next = at && nextReport(at.file, at.number);
  if (next) await open(...next);
}

// What was open before the page was loaded again, at the passage that was at hand.
async function reopen() {
  const last = recall("report", null);
  if (!last) return;
  try {
    const file = await heldFile(last.file);
    if (!file?.reports[last.number]) return;
    await open(file, last.number);
    const place = reading.places.get(last.key);
    if (place !== undefined) reading.select(place);
    if (isBusy()) $("files").open = true; // files were chosen meanwhile
    refresh();
  } catch (error) {
    tell(problem(error));
  }
}

// Another person has said other things: what is saved of them is shown, what is unsaved stays.
async function reload() {
  localStorage.setItem("annotator", name());
  for (const corrections of opened.values()) {
    const path = `/api/files/${corrections.file}/tags?${new URLSearchParams({ report: corrections.report, annotator: name() })}`;
    try {
      const fresh = await get(path);
      const drafts = corrections.changed().map((key) => [key, corrections.of(key)]);
      corrections.load(fresh.corrections);
      corrections.now = new Map(corrections.saved);
      for (const [key, value] of drafts) corrections.put(key, value);
    } catch (error) {
      if (error.code !== "not_found") tell(problem(error));
    }
  }
  if (reading) {
    for (const key of reading.tags.keys()) reading.show(key);
    refresh();
  }
}

// ---- correcting

function saidNow() {
  const { tag } = reading;
  return reading.corrections.of(reading.key) ?? { label: tag.theme, secondary: [], note: "" };
}

function change(value, key = reading.key) {
  reading.corrections.say(key, value);
  reading.show(key);
  refresh();
}

function choose(index) {
  if (!reading?.tag || index >= reading.labels.length) return;
  const label = reading.labels[index].name;
  const said = saidNow();
  if (!armed) {
    change({ ...said, label, secondary: said.secondary.filter((one) => one !== label) });
    return;
  }
  arm(false);
  if (label === said.label) return;
  const without = said.secondary.filter((one) => one !== label);
  change({ ...said, secondary: without.length < said.secondary.length ? without : [...without, label] });
}

function arm(on) {
  armed = on;
  if (on) $("more").open = true;
  $("seconds").classList.toggle("armed", on);
}

function undo() {
  const key = reading?.corrections.undo();
  if (!key) return;
  reading.show(key);
  reading.select(reading.places.get(key) ?? reading.at);
  refresh();
}

function withdraw() {
  if (reading?.tag && reading.corrections.of(reading.key)) change(null);
}

function nextUncertain() {
  const [first] = reading?.queue().filter((one) => one.place !== reading.at) ?? [];
  if (first) reading.select(first.place);
  refresh();
}

async function save() {
  if (saving) return;
  keepNote(); // a note that is being typed counts as well
  if (!unsaved()) return refresh();
  if (!name()) {
    tell("请先填写校对人的姓名，再保存。");
    $("annotator").focus();
    return;
  }
  saving = true;
  tell("");
  offer([]);
  let count = 0;
  try {
    for (const corrections of opened.values()) count += await corrections.save(name());
    refresh();
    $("unsaved").textContent = `已保存 ${count} 处`;
    await listCoders(); // who has corrected anything now
  } catch (error) {
    refresh();
    tell(`没有保存：${problem(error)}`);
    offer(error.choices ?? []);
  } finally {
    saving = false;
  }
}

// The same person saved something else in another tab: both are shown, and the person chooses.
function offer(choices) {
  const words = (said) => (said ? [said.label, ...said.secondary].join("、") + (said.note ? `（注：${said.note}）` : "") : "模型的建议");
  const done = (row) => {
    row.remove();
    $("conflicts").hidden = !$("conflict-list").children.length;
    if ($("conflicts").hidden) tell(unsaved() ? "请再次保存。" : "");
  };
  const rows = choices.map(({ corrections, key, theirs, mine }) => {
    const passage = reading?.corrections === corrections ? reading.passages[reading.places.get(key)] : null;
    const about = passage ? passage.querySelector(".words").textContent.slice(0, 60) : key;
    const row = make("li", {}, make("span", { class: "about", dir: "auto" }, about));
    const take = () => {
      corrections.say(key, theirs);
      if (reading?.corrections === corrections) reading.show(key);
      done(row);
      refresh();
    };
    row.append(make("button", { type: "button", onclick: take }, `用已保存的：${words(theirs)}`));
    row.append(make("button", { type: "button", onclick: () => done(row) }, `用这里的：${words(mine)}`));
    return row;
  });
  $("conflict-list").replaceChildren(...rows);
  $("conflicts").hidden = !rows.length;
}

function keepNote() {
  if (!reading?.tag) return;
  const said = saidNow();
  const note = $("note").value.trim();
  if (note !== said.note) change({ ...said, note });
}

// ---- drawing

function drawChoices(labels) {
  const button = (label, index, second) =>
    make(
      "button",
      { type: "button", class: `theme-${index}`, title: label.definition, "aria-pressed": "false", onclick: () => { arm(second); choose(index); } },
      ...(second || index > 8 ? [] : [make("kbd", {}, String(index + 1))]),
      make("bdi", {}, label.name),
    );
  $("choices").replaceChildren(...labels.map((label, index) => button(label, index, false)));
  $("seconds").replaceChildren(...labels.map((label, index) => button(label, index, true)));
}

function refresh() {
  const count = unsaved();
  $("save").disabled = !count;
  $("unsaved").textContent = count ? `${count} 处未保存` : "";
  $("unsaved").classList.toggle("unsaved", count > 0);
  $("undo").disabled = !reading?.corrections.undone.length;
  if (!reading) return;
  reading.tally();
  if (at) remember("report", { ...at, key: reading.key });
  const { tag } = reading;
  const said = tag && reading.corrections.of(reading.key);
  const facts = tag ? describe(tag) : [];
  $("suggestion").replaceChildren(...(tag ? ["模型建议 ", make("b", {}, tag.theme), ...facts.flatMap((fact) => [make("br"), fact])] : ["选一段文字，再选主题。"]));
  const label = said?.label ?? tag?.theme;
  [...$("choices").children].forEach((button, index) => {
    button.disabled = !tag;
    button.setAttribute("aria-pressed", String(reading.labels[index].name === label));
  });
  [...$("seconds").children].forEach((button, index) => {
    button.disabled = !tag || reading.labels[index].name === label;
    button.setAttribute("aria-pressed", String(Boolean(said?.secondary.includes(reading.labels[index].name))));
  });
  $("note").disabled = !tag;
  if (document.activeElement !== $("note")) $("note").value = said?.note ?? "";
  $("withdraw").disabled = !said;
  drawQueue();
}

function drawQueue() {
  const queue = reading.queue();
  const asked = queue.filter(({ tag }) => tag.review).length;
  $("queue-count").textContent = asked ? `${asked} 段待复核` : "没有待复核的了";
  $("queue").replaceChildren(
    ...queue.slice(0, QUEUE_SHOWN).map(({ place, tag }) => {
      const words = reading.passages[place].querySelector(".words").textContent.slice(0, 60);
      const index = reading.labels.findIndex((label) => label.name === tag.theme);
      const parts = [make("span", { class: "score" }, sure(tag.score)), make("span", { class: "theme" }, tag.theme), words];
      return make("li", {}, make("button", { type: "button", class: `theme-${index}`, onclick: () => { reading.select(place); refresh(); } }, ...parts));
    }),
  );
}

// ---- keys and mouse

const KEYS = {
  j: () => reading?.step(1),
  ArrowDown: () => reading?.step(1),
  k: () => reading?.step(-1),
  ArrowUp: () => reading?.step(-1),
  r: nextUncertain,
  g: openNext,
  s: () => reading?.tag && arm(!armed),
  n: () => {
    if (!reading?.tag) return;
    $("more").open = true;
    $("note").focus();
  },
  x: withdraw,
  u: undo,
  Escape: () => arm(false),
};

function onKey(event) {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (command && key === "s") {
    event.preventDefault();
    save();
    return;
  }
  if (event.target.closest("textarea")) {
    if (key === "Escape") back(event);
    return;
  }
  if (event.target.closest("input:not([type=checkbox]), select") || event.altKey || event.isComposing) return;
  if (command) {
    if (key === "z" && !event.shiftKey) undoBy(event);
    return;
  }
  if (/^[1-9]$/.test(key)) choose(Number(key) - 1);
  else if (KEYS[key] && !(key.startsWith("Arrow") && event.target.closest("summary, button, .panel, #files"))) KEYS[key]();
  else return;
  event.preventDefault();
  refresh();
}

function back(event) {
  event.preventDefault();
  keepNote();
  reading.select(reading.at);
}

function undoBy(event) {
  event.preventDefault();
  undo();
}

function onPassage(event) {
  const passage = event.target.closest(".passage");
  if (!passage || !reading) return;
  const place = reading.place(passage);
  if (place !== reading.at) {
    arm(false);
    reading.select(place, false);
    refresh();
  }
}

async function start() {
  $("annotator").value = localStorage.getItem("annotator") ?? "";
  $("annotator").addEventListener("change", reload);
  $("save").addEventListener("click", save);
  $("undo").addEventListener("click", undo);
  $("next").addEventListener("click", openNext);
  $("withdraw").addEventListener("click", withdraw);
  $("note").addEventListener("change", keepNote);
  $("note").addEventListener("input", () => ($("save").disabled = false)); // else a click on it would only end the typing
  $("report").addEventListener("focusin", onPassage);
  $("report").addEventListener("click", (event) => {
    const passage = event.target.closest(".passage");
    if (passage && !getSelection().toString()) passage.focus({ preventScroll: true });
    onPassage(event);
  });
  $("report").addEventListener("change", () => reading?.count());
  document.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", onKey);
  addEventListener("beforeunload", (event) => {
    keepNote();
    if (unsaved()) event.preventDefault();
  });
  try {
    models = await get("/api/models");
    $("model").replaceChildren(...models.map((model) => make("option", { value: model.id }, `${model.name} ${model.version}`)));
    $("choose-model").hidden = models.length < 2;
    const settings = await get("/api/settings");
    if (settings.account) { // the token is this person's own
      $("annotator").value = settings.account;
      $("annotator").readOnly = true;
    }
    startFiles(settings, open, reload);
    await reopen();
    if (settings.library) {
      await startLibrary(models);
      await startDigests(models[0]);
      startCounts(models[0]);
    }
    await startCoders(settings.account);
  } catch (error) {
    tell(problem(error));
  }
}

start();
