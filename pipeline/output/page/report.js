// Keys and a count for a tagged report. Everything else on the page works without this script.
"use strict";

document.documentElement.classList.add("js");

const shown = (passage) => passage.getClientRects().length > 0 || passage.checkVisibility();

// Of thousands of passages only one is a stop of the Tab key; j, k and r move from there.
let current = null;

function choose(passage) {
  if (current) current.tabIndex = -1;
  current = passage;
  passage.tabIndex = 0;
}

function move(step, wanted) {
  const all = [...document.querySelectorAll(".passage")];
  for (let at = all.indexOf(current) + step; at >= 0 && at < all.length; at += step) {
    if (shown(all[at]) && wanted(all[at])) {
      choose(all[at]);
      all[at].focus();
      return;
    }
  }
}

function count(report) {
  const all = [...report.querySelectorAll(".passage")];
  const seen = all.filter(shown).length;
  report.querySelector(".count").textContent = seen === all.length ? "" : `显示 ${seen} 段，共 ${all.length} 段`;
}

document.querySelectorAll(".passage").forEach((passage) => { passage.tabIndex = -1; });
const first = document.querySelector(".passage");
if (first) {
  choose(first);
  current = null;
}

document.addEventListener("focusin", (event) => {
  document.documentElement.classList.remove("quiet");
  const passage = event.target.closest(".passage");
  if (passage) choose(passage);
});
document.addEventListener("pointermove", () => document.documentElement.classList.remove("quiet"));
document.addEventListener("change", (event) => {
  const report = event.target.closest(".report");
  if (report) count(report);
});
document.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") document.documentElement.classList.add("quiet");
  else if (event.key === "j") move(1, () => true);
  else if (event.key === "k") move(-1, () => true);
  else if (event.key === "r") move(1, (passage) => "review" in passage.dataset);
});
