// Digests: begun from reports of the library, picked by hand, kept on the server as drafts, written to Word.

import { get, post, put, remove } from "./api.js";
import { $, askTwice, colour, make, tell } from "./dom.js";
import { recall, remember } from "./place.js";
import { FORMS, problem, sure, when } from "./words.js";

const ASPECTS = ["做法", "成效", "问题", "打算"];
let offered = []; // the reports that are chosen in the library
let draft = null; // as the server has it, but for the picks, which are as they are here
let passages = new Map();
let labels = [];
let shownModel = "";
let saving = false;
let waits = false; // what was changed while it was being saved

const keyOf = ({ report, start }) => `${report}-${start}`;

export async function startDigests(model) {
  labels = model.labels.map((label) => label.name);
  shownModel = model.id;
  $("digests").hidden = false;
  $("digest-make").addEventListener("click", begin);
  $("draft-close").addEventListener("click", close);
  $("draft-choose").addEventListener("click", () => save({ choose: true }));
  for (const id of ["draft-name", "draft-pages"]) $(id).addEventListener("change", () => save());
  $("draft-theirs").addEventListener("click", () => open(draft.number));
  $("draft-mine").addEventListener("click", keepMine);
  await list();
  const last = recall("draft", 0);
  if (last) await open(last, false);
}

export function offerReports(numbers, show = false) {
  offered = numbers;
  $("digest-of").textContent = numbers.length ? `用已选的 ${numbers.length} 篇报告` : "还没有选报告";
  $("digest-make").disabled = !numbers.length;
  if (!show) return;
  $("digests").open = true;
  $("digest-name").focus();
  $("digests").scrollIntoView();
}

const corrector = () => $("annotator").value.trim();

// ---- the drafts

async function list() {
  try {
    const { drafts } = await get("/api/library/digests");
    $("digests-count").textContent = drafts.length ? `${drafts.length} 份` : "";
    $("digests-list").replaceChildren(...drafts.map(rowOf));
  } catch (error) {
    tell(problem(error));
  }
}

const nameOf = (one) => one.name || `未命名摘编 ${one.number}`;

function rowOf(one) {
  const facts = [`${one.reports} 篇报告`, `${one.picks} 条`, `不超过 ${one.pages} 页`, `${one.person ? `${one.person} ` : ""}${when(one.date)} 保存`];
  const remover = make("button", { type: "button", "aria-label": `删除摘编 ${nameOf(one)}` }, "删除");
  askTwice(remover, () => "确定删除这份草稿？", () => drop(one.number));
  return make(
    "li",
    {},
    make("bdi", { class: "name" }, nameOf(one)),
    make("p", { class: "facts-of-file" }, facts.join(" · ")),
    make("span", { class: "acts" }, make("button", { type: "button", class: "open", "aria-label": `打开摘编 ${nameOf(one)}`, onclick: () => open(one.number) }, "打开"), remover),
  );
}

async function drop(number) {
  try {
    await remove(`/api/library/digests/${number}`);
    if (draft?.number === number) close();
  } catch (error) {
    tell(problem(error));
  }
  await list();
}

async function begin() {
  tell("");
  $("digest-make").disabled = true;
  $("digest-of").textContent = "正在挑选…";
  try {
    const asked = { name: $("digest-name").value, reports: offered, pages: Number($("digest-pages").value) || 5, annotator: corrector() };
    take(await post("/api/library/digests", asked), true);
    $("digest-name").value = "";
    await list();
  } catch (error) {
    tell(`没有做成摘编：${problem(error)}`);
  } finally {
    offerReports(offered);
  }
}

async function open(number, focus = true) {
  try {
    take(await get(`/api/library/digests/${number}`), focus);
  } catch (error) {
    close();
    tell(error.code === "not_found" ? "这份摘编已被删除。" : problem(error));
  }
}

function close() {
  draft = null;
  remember("draft", 0);
  $("draft").hidden = true;
}

// ---- the draft that is open

function take(found, focus) {
  draft = found;
  if (!$("themes").getAttribute("href")) colour(shownModel);
  remember("draft", draft.number);
  passages = new Map(draft.passages.map((passage) => [keyOf(passage), passage]));
  $("digests").open = true;
  $("draft").hidden = false;
  $("draft-stale").hidden = true;
  $("draft-name").value = draft.name;
  $("draft-pages").value = draft.pages;
  draw();
  if (focus) $("draft").focus();
}

function draw() {
  $("draft-title").textContent = nameOf(draft);
  const full = draft.filled > draft.pages ? `，超过 ${draft.pages} 页，请去掉几条` : `，不超过 ${draft.pages} 页`;
  const gone = draft.gone ? ` · ${draft.gone} 篇报告已不在库里` : "";
  const lost = draft.lost ? ` · ${draft.lost} 条的段落已变，没有列出` : "";
  $("draft-said").textContent = `${draft.picks.length} 条，公文格式排 ${draft.filled} 页${full}${gone}${lost} · ${saving ? "正在保存…" : `${when(draft.date)} 已保存`}`;
  $("draft-said").classList.toggle("over", draft.filled > draft.pages);
  $("draft-forms").replaceChildren(...Object.entries(FORMS).map(([form, word]) => make("a", { href: `/api/library/digests/${draft.number}/download?form=${form}`, download: true, "aria-label": `下载摘编：${word}` }, word)));
  const scroll = new Set([...$("draft-body").querySelectorAll("details[open]")].map((one) => one.dataset.cell));
  $("draft-body").replaceChildren(...draft.themes.flatMap((theme) => sectionOf(theme, scroll)));
}

function sectionOf(theme, opened) {
  const index = labels.indexOf(theme);
  const picks = draft.picks.map(keyOf);
  const own = [...passages].filter(([, passage]) => passage.theme === theme);
  const aspects = ASPECTS.flatMap((aspect) => {
    const cell = own.filter(([, passage]) => passage.aspect === aspect);
    const picked = picks.filter((key) => cell.some(([other]) => other === key));
    const rest = cell.filter(([key]) => !picks.includes(key));
    if (!cell.length) return [];
    const open = opened.has(`${theme} ${aspect}`);
    const more = make("details", { "data-cell": `${theme} ${aspect}`, open }, make("summary", {}, `可选的 ${rest.length} 条`), make("ul", { class: "offers", "aria-label": `${theme}${aspect}：可选` }, ...rest.map(([key]) => passageOf(key, [act("选入", key, () => add(key))]))));
    const list = make("ol", { class: "picked", "aria-label": `${theme}${aspect}：已选` }, ...picked.map((key, place) => passageOf(key, actsOf(key, picked, place))));
    return [make("h4", {}, aspect), list, ...(rest.length ? [more] : [])];
  });
  return aspects.length ? [make("section", { class: `theme-${index}` }, make("h3", {}, theme), ...aspects)] : [];
}

function actsOf(key, picked, place) {
  const acts = place ? [act("上移", key, () => swap(key, picked[place - 1]))] : [];
  return [...acts, act("去掉", key, () => drawn(draft.picks.filter((pick) => keyOf(pick) !== key)))];
}

function act(words, key, onclick) {
  return make("button", { type: "button", "data-key": `${words} ${key}`, "aria-label": `${words}：${passages.get(key).text.slice(0, 20)}`, onclick }, words);
}

function passageOf(key, acts) {
  const passage = passages.get(key);
  const doubt = passage.corrected ? "已校正" : `把握 ${sure(passage.score)}${passage.review ? "，待复核" : ""}`;
  const folded = passage.copies ? ` · 另有 ${passage.copies} 处近似` : "";
  const item = make("li", {}, make("span", { class: "words-of" }, passage.text), make("span", { class: "acts" }, ...acts), make("p", { class: "facts-of-file" }, `《${passage.source}》 · ${doubt}${folded}`));
  if (passage.earlier) item.append(make("p", { class: "facts-of-file earlier" }, `上年（${passage.earlier}）`));
  return item;
}

const add = (key) => drawn([...draft.picks, { report: passages.get(key).report, start: passages.get(key).start }]);

function swap(key, above) {
  const picks = [...draft.picks];
  const [from, to] = [key, above].map((each) => picks.findIndex((pick) => keyOf(pick) === each));
  [picks[from], picks[to]] = [picks[to], picks[from]];
  drawn(picks);
}

// The keyboard stays where it was, or goes to the next of the same aspect.
function drawn(picks) {
  const at = document.activeElement?.closest?.("ol, ul");
  const label = at?.getAttribute("aria-label");
  const place = at ? [...at.children].indexOf(document.activeElement.closest("li")) : -1;
  draft.picks = picks;
  draw();
  if (label) {
    const items = $("draft-body").querySelector(`[aria-label="${CSS.escape(label)}"]`)?.children ?? [];
    items[Math.min(place, items.length - 1)]?.querySelector("button")?.focus();
  }
  save();
}

// One save at a time: what is changed meanwhile is saved after it. Nothing that another person saved is replaced unasked.
async function save(more = {}) {
  if (!draft) return;
  if (saving) {
    waits = true;
    return;
  }
  saving = true;
  const { number, revision, picks } = draft;
  const asked = { revision, name: $("draft-name").value, annotator: corrector(), pages: Number($("draft-pages").value) || draft.pages, picks, ...more };
  try {
    const found = await put(`/api/library/digests/${number}`, asked);
    saving = false;
    if (draft?.number !== number) return;
    const mine = draft.picks;
    draft = waits ? { ...found, picks: mine } : found;
    passages = new Map([...passages, ...found.passages.map((passage) => [keyOf(passage), passage])]);
    $("draft-name").value = found.name;
    $("draft-pages").value = found.pages;
    refresh();
    await list();
  } catch (error) {
    saving = false;
    if (error.code === "stale") await tellStale();
    else tell(`摘编没有保存：${problem(error)}`);
    refresh();
  }
  if (waits) {
    waits = false;
    await save();
  }
}

function refresh() {
  const key = document.activeElement?.dataset?.key;
  draw();
  if (key) $("draft-body").querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

async function tellStale() {
  waits = false;
  try {
    const theirs = await get(`/api/library/digests/${draft.number}`);
    $("draft-stale-said").textContent = `${theirs.person || "别人"}在 ${when(theirs.date)} 保存过这份摘编（${theirs.picks.length} 条，不超过 ${theirs.pages} 页）；这里是 ${draft.picks.length} 条。请选择保留哪一个。`;
    $("draft-mine").dataset.revision = theirs.revision;
    $("draft-stale").hidden = false;
    $("draft-theirs").focus();
  } catch (error) {
    tell(problem(error));
  }
}

async function keepMine() {
  draft.revision = Number($("draft-mine").dataset.revision);
  $("draft-stale").hidden = true;
  await save();
}
