#!/usr/bin/env bash
# remark reads and writes Markdown, and with rehype-remark makes it of web pages; much of what shows or keeps Markdown in JavaScript stands
# on it. Reports set the gist of a paragraph in bold, up to and with its mark: <b>主要做法：</b>各乡镇. One would expect **主要做法：**各乡镇, with the
# characters that the page has. By the rules of CommonMark stars behind a mark end no bold where a letter follows at once, as it always does
# in Chinese; remark knows that, and writes the letter as a number, so that it is none: **主要做法：**&#x5404;乡镇. Bold that begins with a mark
# has it on both sides: 聚&#x7126;**“三农”**&#x5DE5;作. A page shows this as it was; but Markdown is taken for the text itself, by search, by
# comparison, by whatever counts or labels it. It matters here because documents are turned into Markdown before they are tagged: the words
# beside bold, 各乡镇 and 聚焦 here, are found by no search, are in no dictionary, and the passage is not in its document. English has a space
# there and gets no number. Guess written down first: **主要做法：**各乡镇. Seen: &#x5404; (remark-stringify 11.0.0 with mdast-util-to-markdown
# 2.2.3, rehype-remark 10.0.1; turndown 7.2.5 writes the characters).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" unified@11.0.5 rehype-parse@9.0.1 rehype-remark@10.0.1 remark-stringify@11.0.0 \
  mdast-util-to-markdown@2.2.3 turndown@7.2.5
cat > write.mjs <<'JS'
import assert from "node:assert";
import rehypeParse from "rehype-parse";
import rehypeRemark from "rehype-remark";
import remarkStringify from "remark-stringify";
import TurndownService from "turndown";
import { unified } from "unified";

const write = unified().use(rehypeParse, { fragment: true }).use(rehypeRemark).use(remarkStringify);
const CASES = [
  ["<b>主要做法：</b>各乡镇抓好落实。", "**主要做法：**&#x5404;乡镇抓好落实。", "**主要做法：**各乡镇抓好落实。"],
  ["聚焦<b>“三农”</b>工作。", "聚&#x7126;**“三农”**&#x5DE5;作。", "聚焦**“三农”**工作。"],
  ["全县<b>文化</b>书房。", "全县**文化**书房。", "全县**文化**书房。"],
  ["<b>What was done:</b> all towns", "**What was done:** all towns", "**What was done:** all towns"],
];
for (const [html, seen, plain] of CASES) {
  const written = String(await write.process(`<p>${html}</p>`)).trim();
  const other = new TurndownService({ strongDelimiter: "**" }).turndown(`<p>${html}</p>`);
  console.log(`${html}\n  remark ${written}\n  turndown ${other}`);
  assert.deepStrictEqual([written, other], [seen, plain]);
}
JS
node write.mjs
