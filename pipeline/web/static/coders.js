// How far two people agree who corrected the same reports, and where they differ.

import { get } from "./api.js";
import { $, make } from "./dom.js";
import { problem } from "./words.js";

let account = ""; // who is logged in, where people are

export async function startCoders(name) {
  account = name;
  $("coders-compare").addEventListener("click", compare);
  $("coders").addEventListener("toggle", () => $("coders").open && listCoders());
  await listCoders();
}

export async function listCoders() {
  try {
    const { coders } = await get("/api/coders");
    $("coders").hidden = coders.length < 2;
    $("coders-count").textContent = `${coders.length} 人校对过`;
    const own = account ? coders.filter(({ name }) => name === account) : coders;
    fill($("coder-first"), own, 0);
    fill($("coder-second"), coders, coders.findIndex(({ name }) => name !== $("coder-first").value));
  } catch (error) {
    $("coders-said").textContent = problem(error);
  }
}

function fill(select, coders, chosen) {
  const before = select.value;
  select.replaceChildren(...coders.map(({ name, passages }) => make("option", { value: name }, `${name}（${passages} 段）`)));
  if (coders.some(({ name }) => name === before)) select.value = before;
  else select.selectedIndex = chosen;
}

const figure = (value) => (value === null ? "–" : value.toFixed(2)); // nobody gave the label

// Landis and Koch (1977), in words that an office knows.
function wordOf(kappa) {
  const [, word] = [[0.81, "几乎完全一致"], [0.61, "高度一致"], [0.41, "中等一致"], [0.21, "一般"], [0, "较低"]].find(([least]) => kappa >= least) ?? [0, "不比碰巧好"];
  return word;
}

async function compare() {
  const names = { first: $("coder-first").value, second: $("coder-second").value };
  $("coders-table").replaceChildren();
  $("coders-list").replaceChildren();
  if (names.first === names.second) {
    $("coders-said").textContent = "请选两个不同的人。";
    return;
  }
  try {
    const found = await get(`/api/agreement?${new URLSearchParams(names)}`);
    const rest = found.disagreements.length < found.differ ? `，列出前 ${found.disagreements.length} 段` : "";
    $("coders-said").textContent = `两人都判断过 ${found.passages} 段，${Math.round(found.observed * 100)}% 相同；扣除碰巧相同后的一致程度（Cohen κ）${figure(found.kappa)}，${wordOf(found.kappa)}。不一致 ${found.differ} 段${rest}。`;
    const rows = Object.entries(found.kappa_by_label).map(([label, kappa]) => make("tr", {}, make("th", { scope: "row" }, label), make("td", {}, figure(kappa))));
    $("coders-table").replaceChildren(make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "主题"), make("th", { scope: "col" }, "κ"))), make("tbody", {}, ...rows)));
    $("coders-list").replaceChildren(...found.disagreements.map((one) => rowOf(one, names)));
  } catch (error) {
    $("coders-said").textContent = error.code === "conflict" ? "两人没有判断过同一段，还不能比较。" : problem(error);
  }
}

function rowOf({ file, text, first, second, notes }, names) {
  const said = [[names.first, first, notes[0]], [names.second, second, notes[1]]].map(([name, label, note]) => `${name}：${label}${note ? `（${note}）` : ""}`);
  return make("li", {}, make("span", { class: "found" }, text), make("p", { class: "facts-of-file" }, [...said, file].join(" · ")));
}
