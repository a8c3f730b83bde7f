#!/usr/bin/env bash
# pdf2json gives what is on the pages of a PDF as JSON, with places, and as plain text (getRawTextContent). One would expect the plain text
# to have the lines in the order in which one reads them, from the top down; the JSON has them so. They come from the bottom up: the last
# line of each page first, each line whole by itself, the pages in their order. Nothing tells of it, and a page of one line, which is how
# one would try it, is right. It matters here because a paragraph goes over several lines, and Chinese has no capital letter that would show
# where one begins: the second half of a sentence stands before the first, and a heading behind what it heads, so that passages are taken
# for the chapter above. Guess written down first: from the top down. Seen: from the bottom up (pdf2json 4.1.0 for pages by PDFKit 0.20.2,
# and 4.0.3 for those by ReportLab and Typst as well; unpdf 1.7.0 has the order of the page).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" pdf2json@4.1.0 pdfkit@0.20.2 unpdf@1.7.0 @embedpdf/fonts-sc@1.0.0
cat > read.mjs <<'JS'
import assert from "node:assert";
import { once } from "node:events";
import fs from "node:fs";
import PDFParser from "pdf2json";
import PDFKit from "pdfkit";
import { extractText, getDocumentProxy } from "unpdf";

const PAGES = [["一、理论学习", "全县各乡镇开展宣讲，", "覆盖群众两万人次。"], ["二、文化服务"]];
const document = new PDFKit({ autoFirstPage: false });
const file = document.pipe(fs.createWriteStream("report.pdf"));
for (const lines of PAGES) {
  document.addPage().font("node_modules/@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf").fontSize(14);
  for (const line of lines) document.text(line);
}
document.end();
await once(file, "finish");

const parser = new PDFParser(null, true);
const done = once(parser, "pdfParser_dataReady");
parser.loadPDF("report.pdf", 0);
const [data] = await done;
const raw = parser.getRawTextContent().split(/\r?\n/).filter((line) => line && !line.startsWith("---"));
const inJson = data.Pages.map((page) => page.Texts.map((text) => decodeURIComponent(text.R[0].T)));
const other = await extractText(await getDocumentProxy(new Uint8Array(fs.readFileSync("report.pdf"))));
console.log(`plain text ${JSON.stringify(raw)}\nJSON ${JSON.stringify(inJson)}\nunpdf ${JSON.stringify(other.text)}`);
assert.deepStrictEqual(raw, PAGES.flatMap((lines) => [...lines].reverse()));
assert.deepStrictEqual(inJson, PAGES);
assert.deepStrictEqual(other.text, PAGES.map((lines) => lines.join("\n")));
JS
node read.mjs | grep -v '^Warning: '
