#!/usr/bin/env bash
# Chinese counts in 万 (ten thousand), and Excel has no sign that divides by it. What everybody uses is 0\.0,"万" (typed 0!.0,"万"), or
# 0"."0,"万": the comma divides by a thousand, and a point that is text stands before the last digit, so that 123456 is shown as 12.3万. One
# would expect SheetJS, which gives the text of a cell as Excel shows it, to give that, as LibreOffice does. It gives 1.23万, a tenth of it:
# all digits but the first stand behind the mark. 1234567 is 12.35万 in place of 123.5万; with 亿 (a hundred million, two commas) 123456789 is
# .123亿 for 12.3亿, without a figure before the point. No error or warning tells of it, and the CSV that it makes of a workbook has these
# texts. It matters here because sums and visitors in tables of reports are in 万: a table that is read as text says a tenth of what was
# spent. With four digits behind the point (0\.0000"万", no comma) all is right, which is how one would try it. Guess written down first:
# 12.3万. Seen: 1.23万 (xlsx 0.18.5; ssf 0.11.2, its formatter alone, gives the same; numfmt 4.0.1 gives 12.3万).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" xlsx@0.18.5 ssf@0.11.2 numfmt@4.0.1
cat > show.mjs <<'JS'
import assert from "node:assert";
import { format } from "numfmt";
import SSF from "ssf";
import XLSX from "xlsx";

const CASES = [
  ['0\\.0,"万"', 123456, "12.3万", "1.23万"],
  ['0"."0,"万"', 123456, "12.3万", "1.23万"],
  ['0\\.0,"万"', 1234567, "123.5万", "12.35万"],
  ['0\\.0,,"亿"', 123456789, "12.3亿", ".123亿"],
  ['0\\.0000"万"', 123456, "12.3456万", "12.3456万"],
];
const sheet = XLSX.utils.aoa_to_sheet(CASES.map((row) => [row[1]]));
CASES.forEach(([code], row) => (sheet[`A${row + 1}`].z = code));
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, sheet, "经费");
XLSX.writeFile(book, "sums.xlsx");

const read = XLSX.readFile("sums.xlsx").Sheets["经费"];
const lines = XLSX.utils.sheet_to_csv(read).split("\n");
console.log(`xlsx ${XLSX.version}, ssf ${SSF.version}`);
CASES.forEach(([code, value, right, seen], row) => {
  console.log(`${value} as ${code}: SheetJS ${lines[row]}, numfmt ${format(code, value)}`);
  assert.strictEqual(read[`A${row + 1}`].v, value);
  assert.strictEqual(format(code, value), right);
  assert.deepStrictEqual([lines[row], SSF.format(code, value)], [seen, seen]);
});
JS
node show.mjs
