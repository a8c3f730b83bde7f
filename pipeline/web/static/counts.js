// Themes of the library counted: by an attribute as a table, and those that stand together as a table and a picture.

import { get } from "./api.js";
import { $, colour, make, svg } from "./dom.js";
import { problem } from "./words.js";

const SIDE = 360; // of the picture, in its own units
const RADIUS = 118;
const NAMES = { theme: "主题", place: "地区", unit: "单位", year: "年份", kind: "体裁", group: "分组" };
const MEASURES = { passages: "段", reports: "篇", characters: "字" };
let model = null;

export function startCounts(found) {
  model = found;
  for (const id of ["counts-by", "counts-measure"]) $(id).addEventListener("change", count);
  $("counts").addEventListener("toggle", () => $("counts").open && count());
}

async function count() {
  const by = $("counts-by").value;
  const characters = $("counts-measure").querySelector('[value="characters"]');
  characters.disabled = by === "theme";
  if (characters.disabled && $("counts-measure").value === "characters") $("counts-measure").value = "reports";
  const measure = $("counts-measure").value;
  if (!$("themes").getAttribute("href")) colour(model.id);
  try {
    const table = await get(`/api/library/counts?${new URLSearchParams({ by, measure })}`);
    const both = by === "theme" ? `同时有两个主题的${measure === "reports" ? "报告" : "段落（主题与次要主题）"}；线越粗，同现越多。` : "";
    $("counts-said").textContent = table.totals.some(Boolean) ? both : "还没有可统计的报告。";
    $("counts-shown").replaceChildren(tableOf(table, NAMES[by], MEASURES[measure]), ...(by === "theme" ? [pictureOf(table, MEASURES[measure])] : []));
  } catch (error) {
    $("counts-said").textContent = problem(error);
  }
}

export function tableOf({ themes, rows, cells, totals }, what, measure) {
  const head = [what, `合计（${measure}）`, ...themes];
  const body = rows.map((row, index) => make("tr", {}, make("th", { scope: "row" }, row), ...[totals[index], ...cells[index]].map((cell) => make("td", {}, cell ? cell.toLocaleString("zh-CN") : "–"))));
  return make("div", { class: "scroll-table", tabindex: "0" }, make("table", {}, make("thead", {}, make("tr", {}, ...head.map((cell) => make("th", { scope: "col" }, cell)))), make("tbody", {}, ...body)));
}

// Themes on a circle; the area of each is how often it stands, the breadth of a line how often two stand together.
function pictureOf({ themes, cells, totals }, measure) {
  const places = themes.map((_, index) => {
    const angle = (2 * Math.PI * index) / themes.length - Math.PI / 2;
    return { x: SIDE / 2 + RADIUS * Math.cos(angle), y: SIDE / 2 + RADIUS * Math.sin(angle) };
  });
  const pairs = themes.flatMap((_, one) => themes.slice(one + 1).map((__, more) => [one, one + 1 + more])).filter(([one, other]) => cells[one][other]);
  const most = Math.max(1, ...pairs.map(([one, other]) => cells[one][other]));
  const largest = Math.max(1, ...totals);
  const lines = pairs.map(([one, other]) => {
    const told = svg("title", {}, `${themes[one]}与${themes[other]}：${cells[one][other]} ${measure}`);
    return svg("line", { x1: places[one].x, y1: places[one].y, x2: places[other].x, y2: places[other].y, "stroke-width": 1 + (9 * cells[one][other]) / most }, told);
  });
  const dots = themes.map((theme, index) => {
    const told = svg("title", {}, `${theme}：${totals[index]} ${measure}`);
    return svg("circle", { class: `theme-${index}`, cx: places[index].x, cy: places[index].y, r: 5 + 17 * Math.sqrt(totals[index] / largest) }, told);
  });
  const names = themes.map((theme, index) => {
    const { x, y } = places[index];
    const [dx, dy] = [x - SIDE / 2, y - SIDE / 2].map((each) => (each / RADIUS) * 38);
    return svg("text", { x: x + dx, y: y + dy, "text-anchor": "middle", "dominant-baseline": "middle" }, theme);
  });
  const strongest = [...pairs].sort(([a, b], [c, d]) => cells[c][d] - cells[a][b])[0];
  const told = strongest ? `同现最多的是${themes[strongest[0]]}与${themes[strongest[1]]}，${cells[strongest[0]][strongest[1]]} ${measure}` : "没有同现的主题";
  return svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img", class: "together", "aria-label": `主题同现图：${told}` }, ...lines, ...dots, ...names);
}
