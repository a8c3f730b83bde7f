#!/usr/bin/env bash
# chrono-node finds dates in text, in Chinese too, and gives the first and the last day of a span. One would expect 3月1日至5日 (the first to the fifth of
# March) to be a span, as "March 1 to 5" is in English. Only its first day is found, whatever sign or word of "to" is used, and with a year as well; a
# span is found only if the month is named again, which people do when it changes. Of 去年3月1日 (the first of March of last year) it takes
# 年3月1日, without 去, and gives this year; 前年 and 明年 (the year before last, next year) are this year as well. Neither
# is marked as doubtful, and the text that it says it has read begins in the middle of a word. It matters here because reports say when
# a campaign ran in just these words: a week becomes a day, and what was done last year counts for this one. Guess written down
# first: 3月1日至5日 is a span. Seen: 3月1日 alone, with no end (chrono-node 2.10.3; 去年3月1日 came up in the same run, without a guess).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" chrono-node@2.10.3
cat > read.js <<'JS'
const assert = require("node:assert");
const chrono = require("chrono-node");

const day = (part) => part && `${part.get("year")}-${part.get("month")}-${part.get("day")}`;
const found = (parser, text) => parser.parse(text, new Date(2025, 5, 15, 12)).map((result) => [result.text, day(result.start), day(result.end) ?? null]);
const expected = [
  [chrono.en, "March 1 to 5", [["March 1 to 5", "2025-3-1", "2025-3-5"]]],
  [chrono.zh.hans, "3月1日至3月5日", [["3月1日至3月5日", "2025-3-1", "2025-3-5"]]],
  [chrono.zh.hans, "3月1日至5日", [["3月1日", "2025-3-1", null]]],
  [chrono.zh.hans, "3月1日到5日", [["3月1日", "2025-3-1", null]]],
  [chrono.zh.hans, "3月1日-5日", [["3月1日", "2025-3-1", null]]],
  [chrono.zh.hans, "2024年3月1日至5日", [["2024年3月1日", "2024-3-1", null]]],
  [chrono.zh.hans, "去年3月1日", [["年3月1日", "2025-3-1", null]]],
  [chrono.zh.hans, "前年3月1日", [["年3月1日", "2025-3-1", null]]],
  [chrono.zh.hans, "明年3月1日", [["年3月1日", "2025-3-1", null]]],
];
console.log(`chrono-node ${JSON.parse(require("node:fs").readFileSync("node_modules/chrono-node/package.json")).version}, read in June 2025`);
for (const [parser, text, results] of expected) {
  const seen = found(parser, text);
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, results);
}
JS
node read.js
