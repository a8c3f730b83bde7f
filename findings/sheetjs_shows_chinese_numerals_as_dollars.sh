#!/usr/bin/env bash
# Excel shows a number in Chinese numerals by the formats that it lists as 中文小写数字 and 中文大写数字: [DBNum1][$-804]General for 二十 and
# [DBNum2][$-804]General for 贰拾. [$-804] has no currency before its hyphen: it names the language, Chinese of China. One would expect
# SheetJS to show 20 so, or 20 in plain figures where it knows no numerals. It shows $20: the mark that names the language is taken for one
# of currency with its sign left out, and a dollar is put in. The format of a sum in words, [DBNum2][$-804]General"元整", gives $12345元整. Of
# [$-804]aaaa, the day of the week, it makes $aaaa. Without [$-804] no dollar is there; dates such as [$-804]yyyy"年" have none either. It
# matters here because lists have their numbers and years in such formats, and forms their sums: read as text, the second of a list is $2,
# the year is $2025, and a sum in yuan is one in dollars. Guess written down first: 贰拾, or 20. Seen: $20 (xlsx 0.18.5; numfmt 4.0.1 gives
# 20).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" xlsx@0.18.5 numfmt@4.0.1
cat > show.mjs <<'JS'
import assert from "node:assert";
import { format } from "numfmt";
import XLSX from "xlsx";

const CASES = [
  ["[DBNum1][$-804]General", 2, "$2", "2"],
  ["[DBNum2][$-804]General", 20, "$20", "20"],
  ["[DBNum1][$-804]0", 2025, "$2025", "2025"],
  ['[DBNum2][$-804]General"元整"', 12345, "$12345元整", "12345元整"],
  ["[$-804]aaaa", 45717, "$aaaa", "星期六"],
  ["[DBNum1]General", 2, "2", "2"],
  ['[$-804]yyyy"年"', 45717, "2025年", "2025年"],
];
const sheet = XLSX.utils.aoa_to_sheet(CASES.map((row) => [row[1]]));
CASES.forEach(([code], row) => (sheet[`A${row + 1}`].z = code));
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, sheet, "台账");
XLSX.writeFile(book, "list.xlsx");

const read = XLSX.readFile("list.xlsx").Sheets["台账"];
const lines = XLSX.utils.sheet_to_csv(read).split("\n");
console.log(`xlsx ${XLSX.version}`);
CASES.forEach(([code, value, seen, other], row) => {
  console.log(`${value} as ${code}: SheetJS ${lines[row]}, numfmt ${format(code, value)}`);
  assert.strictEqual(lines[row], seen);
  assert.strictEqual(format(code, value), other);
});
JS
node show.mjs
