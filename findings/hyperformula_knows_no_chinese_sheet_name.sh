#!/usr/bin/env bash
# HyperFormula computes the formulas of Excel in JavaScript. Excel asks for quotation marks around the name of a sheet only if it has a space or a sign in
# it: it takes and writes =SUM(汇总!A1:A3), as it does =SUM(Total!A1:A3). One would expect the sum. HyperFormula knows unquoted names in Latin letters only
# and gives #ERROR! for 汇总 (in its message: unexpected character 汇), though the sheet is there under that name, and is found as '汇总'. A name
# for a range, such as 得分合计 (total score), is refused when it is defined, and no quotation marks help there. It matters here because
# sheets of Chinese workbooks have Chinese names: what is read from such a file and computed is an error in every cell that looks at another sheet,
# and the same formula is right in Excel. Guess written down first: the sum. Seen: #ERROR! (hyperformula 3.5.0; fast-formula-parser 1.0.19 gives 6).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" hyperformula@3.5.0 fast-formula-parser@1.0.19
cat > sum.js <<'JS'
const assert = require("node:assert");
const { HyperFormula } = require("hyperformula");
const FormulaParser = require("fast-formula-parser");

const LICENCE = { licenseKey: "gpl-v3" };
const cells = [[1], [2], [3]];
const computed = (sheet, formula) => {
  const book = HyperFormula.buildFromSheets({ [sheet]: cells, result: [[formula]] }, LICENCE);
  return book.getCellValue({ sheet: 1, row: 0, col: 0 });
};
const chinese = computed("汇总", "=SUM(汇总!A1:A3)");
const quoted = computed("汇总", "=SUM('汇总'!A1:A3)");
const english = computed("Total", "=SUM(Total!A1:A3)");
const other = new FormulaParser({ onRange: () => cells }).parse("SUM(汇总!A1:A3)", { sheet: "result", row: 1, col: 1 });
let refused = "";
try {
  HyperFormula.buildFromSheets({ 汇总: cells }, LICENCE, [{ name: "得分合计", expression: "=SUM('汇总'!$A$1:$A$3)" }]);
} catch (error) {
  refused = error.message;
}
const named = HyperFormula.buildFromSheets({ Total: cells }, LICENCE, [{ name: "total_score", expression: "=SUM(Total!$A$1:$A$3)" }]);
console.log(`hyperformula ${HyperFormula.version}: Total!A1:A3 ${english}, '汇总'!A1:A3 ${quoted}, 汇总!A1:A3 ${chinese.value} (${chinese.message})`);
console.log(`a name for the range: ${refused}; total_score: ${named.getNamedExpressionValue("total_score")}; fast-formula-parser: ${other}`);
assert.deepStrictEqual([english, quoted, other], [6, 6, 6]);
assert.strictEqual(chinese.value, "#ERROR!");
assert.match(chinese.message, /unexpected character: ->汇<-/);
assert.match(refused, /得分合计/);
assert.strictEqual(named.getNamedExpressionValue("total_score"), 6);
JS
node sum.js
