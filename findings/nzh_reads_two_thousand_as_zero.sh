#!/usr/bin/env bash
# Nzh writes numbers in Chinese numerals and reads them (decodeS). Two has a second numeral, 两, which is used before 千, 万 and 亿: 两千, two
# thousand, is what one says and writes. One would expect 2000, or an error, which the library has none of. 两千 is 0: a character that it
# does not know counts for nothing, and is passed over, so that 一亿两千万 (120 million) is 100000000, and 两万五千 is 5000. 〇 is passed over as
# well: 二〇二五 (the year 2025) is 225, where 二千〇二十五 is right. The result is a number like any other. It matters here because numerals are read
# to count people and sums, and years to sort by them: 两 begins every number of two thousand, two ten thousand or two hundred million, and
# each loses its largest part. Guess written down first: 2000, and 2025 or an error. Seen: 0, 225, 100000000 (nzh 1.0.14; chinese-parseint2
# 2.0.6 gives 2000, 2025 and 120000000).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" nzh@1.0.14 chinese-parseint2@2.0.6
cat > read.js <<'JS'
const assert = require("node:assert");
const nzh = require("nzh");
const other = require("chinese-parseint2");

const parse = other.default || other;
console.log("nzh 1.0.14");
for (const [text, right, seen] of [
  ["两千", 2000, 0],
  ["两万五千", 25000, 5000],
  ["一亿两千万", 120000000, 100000000],
  ["二〇二五", 2025, 225],
  ["二千五百", 2500, 2500],
  ["一百零五", 105, 105],
]) {
  const read = nzh.cn.decodeS(text);
  console.log(`${text}, ${right}: nzh ${read}, chinese-parseint2 ${parse(text)}`);
  assert.deepStrictEqual([read, parse(text)], [seen, right]);
}
JS
node read.js
