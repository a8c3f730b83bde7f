// The report that is open: its passages as elements, the one at hand, and what a person said of each.

import { $, make, svg } from "./dom.js";
import { sure } from "./words.js";

export class Reading {
  constructor(markup, tags, corrections, labels) {
    this.corrections = corrections;
    this.labels = labels;
    this.tags = new Map(tags.map((tag) => [`${tag.start}-${tag.end}`, tag]));
    const host = $("report");
    const parsed = new DOMParser().parseFromString(markup, "text/html"); // scripts in it would not run, and there are none
    host.replaceChildren(...parsed.body.childNodes);
    this.passages = [...host.querySelectorAll(".passage")];
    this.places = new Map(this.passages.map((passage, place) => [keyOf(passage), place]));
    this.at = -1;
    for (const passage of this.passages) {
      passage.tabIndex = -1;
      passage.dataset.model = passage.dataset.theme;
    }
    if (this.passages.length) this.passages[0].tabIndex = 0;
    for (const key of corrections.now.keys()) this.show(key);
    this.tally();
    this.count();
  }

  get key() {
    return this.at < 0 ? null : keyOf(this.passages[this.at]);
  }

  get tag() {
    return this.tags.get(this.key) ?? null;
  }

  place(passage) {
    return this.places.get(keyOf(passage)) ?? -1;
  }

  select(place, focus = true) {
    if (place < 0 || place >= this.passages.length) return;
    if (this.at >= 0) {
      this.passages[this.at].classList.remove("current");
      this.passages[this.at].tabIndex = -1;
    }
    this.at = place;
    const passage = this.passages[place];
    passage.classList.add("current");
    passage.tabIndex = 0;
    if (focus) {
      passage.focus({ preventScroll: true });
      passage.scrollIntoView({ block: "nearest" });
    }
  }

  step(by) {
    for (let place = this.at + by; place >= 0 && place < this.passages.length; place += by) {
      if (this.passages[place].checkVisibility()) return this.select(place);
    }
    return undefined;
  }

  // The passages that nobody has said anything of yet, the least certain first.
  queue() {
    const open = [...this.tags].filter(([key]) => this.places.has(key) && !this.corrections.of(key));
    return open.sort(([, one], [, other]) => one.score - other.score).map(([key, tag]) => ({ place: this.places.get(key), tag }));
  }

  show(key) {
    const place = this.places.get(key);
    if (place === undefined) return;
    const passage = this.passages[place];
    const said = this.corrections.of(key);
    const tag = this.tags.get(key);
    const theme = said ? String(this.labels.findIndex((label) => label.name === said.label)) : passage.dataset.model;
    passage.classList.replace(`theme-${passage.dataset.theme}`, `theme-${theme}`);
    passage.dataset.theme = theme;
    passage.classList.toggle("corrected", Boolean(said));
    this.chip(passage, said, tag);
    const seconds = said?.secondary.length ? `，次要主题 ${said.secondary.join("、")}` : "";
    const words = said ? `${said.label}，人工${seconds}；模型建议 ${tag.theme}，把握 ${sure(tag.score)}` : `${tag.theme}，把握 ${sure(tag.score)}${tag.review ? "，待复核" : ""}`;
    passage.setAttribute("aria-label", words);
  }

  chip(passage, said, tag) {
    const chip = passage.querySelector(".chip");
    const parts = [make("span", { class: "theme" }, said ? said.label : tag.theme)];
    if (said) {
      parts.unshift(make("span", { class: "pen" }, "✎"));
      if (said.secondary.length) parts.push(make("span", { class: "was" }, `＋${said.secondary.join("、")}`));
      if (said.label !== tag.theme) parts.push(make("span", { class: "was" }, make("s", {}, tag.theme)));
      if (said.note) parts.push(make("span", { class: "was" }, "注"));
    } else if (tag.review) {
      parts.push(make("span", { class: "ask" }, "待复核"));
    }
    chip.replaceChildren(...parts);
  }

  // The table of shares and what stands beside it, by what was said: the page came with those of the model.
  tally() {
    const host = $("report");
    const rows = this.labels.map(() => ({ size: 0, passages: 0, review: 0 }));
    for (const passage of this.passages) {
      const row = rows[Number(passage.dataset.theme)];
      if (!row) continue; // a label that this model has not
      row.size += passage.dataset.end - passage.dataset.start;
      row.passages += 1;
      row.review += "review" in passage.dataset && !this.corrections.of(keyOf(passage)) ? 1 : 0;
    }
    const total = Math.max(1, rows.reduce((sum, row) => sum + row.size, 0));
    const review = rows.reduce((sum, row) => sum + row.review, 0);
    rows.forEach((row, index) => {
      const cells = host.querySelectorAll(`.shares tbody .theme-${index} td`);
      const told = [`${((100 * row.size) / total).toFixed(1)}%`, row.size.toLocaleString("en"), row.passages, row.review];
      cells.forEach((cell, place) => (cell.textContent = told[place]));
    });
    host.querySelector(".only-review").nextSibling.textContent = ` 只看待复核（${review}）`;
    const facts = host.querySelector(".facts").lastChild;
    facts.textContent = facts.textContent.replace(/\d+ 段待复核/, `${review} 段待复核`);
    let left = 0;
    const bars = rows.map(({ size }, index) => {
      const bar = svg("rect", { class: `theme-${index}`, x: `${(100 * left) / total}%`, width: `${(100 * size) / total}%`, height: 14, fill: `url(#${host.querySelector(".report").id}-f${index})` });
      left += size;
      return bar;
    });
    host.querySelector(".bar").replaceChildren(...bars);
  }

  count() {
    const seen = this.passages.filter((passage) => passage.checkVisibility()).length;
    const line = $("report").querySelector(".count");
    if (line) line.textContent = seen === this.passages.length ? "" : `显示 ${seen} 段，共 ${this.passages.length} 段`;
  }
}

export function describe(tag) {
  const others = Object.entries(tag.scores).filter(([name]) => name !== tag.theme).sort(([, one], [, other]) => other - one);
  const next = others.slice(0, 2).filter(([, score]) => score >= 0.01);
  const told = next.map(([name, score]) => `${name} ${sure(score)}`).join("、");
  const parts = [`把握 ${sure(tag.score)}${told && `，其次 ${told}`}`];
  if (tag.evidence.length) parts.push(`依据：${tag.evidence.map(([word]) => word).join("、")}`);
  if (tag.page) parts.push(`第 ${tag.page} 页`);
  if (tag.certainty !== undefined) parts.push(`文字识别 ${sure(tag.certainty)}`);
  if (tag.sheet) parts.push(`工作表 ${tag.sheet}`);
  if (tag.row) parts.push(`第 ${tag.row} 行`);
  return parts;
}

const keyOf = (passage) => `${passage.dataset.start}-${passage.dataset.end}`;
