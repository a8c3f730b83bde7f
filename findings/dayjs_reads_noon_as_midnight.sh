#!/usr/bin/env bash
# Day.js writes and reads dates by a format; its Chinese locale has the parts of the day: 凌晨, 早上, 上午, 中午 (noon), 下午 and 晚上. One would
# expect it to read back what it has written: 2025-03-01 中午12点30 is half past twelve. It reads half past midnight, without an error, in each of its
# Chinese locales. It goes through the hours of the day for the first with this word, which is eleven, takes the time for one of the morning, and makes its 12 into 0;
# 中午1点30 is read as half past one at night. In English 12:30 PM is read right, and Moment.js, which Day.js takes the place of,
# reads the Chinese one right as well. It matters here because the time of a meeting or of publication is read out of pages and tables:
# what is at noon moves by twelve hours, to the head of a list in order of time. Guess written down first: 12:30. Seen: 00:30 (dayjs 1.11.23
# with its plugin customParseFormat; moment 2.31.0 gives 12:30).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" dayjs@1.11.23 moment@2.31.0
cat > read.js <<'JS'
const assert = require("node:assert");
const dayjs = require("dayjs");
const moment = require("moment");
dayjs.extend(require("dayjs/plugin/customParseFormat"));
require("moment/locale/zh-cn");
for (const locale of ["zh-cn", "zh-tw", "zh-hk"]) require(`dayjs/locale/${locale}`);

const FORMAT = "YYYY-MM-DD Ah点mm";
const PLAIN = "YYYY-MM-DD HH:mm";
console.log(`dayjs ${require("dayjs/package.json").version}, moment ${moment.version}`);
for (const locale of ["zh-cn", "zh-tw", "zh-hk"]) {
  const written = dayjs("2025-03-01T12:30").locale(locale).format(FORMAT);
  const read = dayjs(written, FORMAT, locale).format(PLAIN);
  console.log(`${locale}: 12:30 is written ${written}, which is read as ${read}`);
  assert.strictEqual(written, "2025-03-01 中午12点30");
  assert.strictEqual(read, "2025-03-01 00:30");
}
const others = ["上午10点30", "下午1点30", "晚上8点30"].map((time) => dayjs(`2025-03-01 ${time}`, FORMAT, "zh-cn").format("HH:mm"));
const oneOClock = dayjs("2025-03-01 中午1点30", FORMAT, "zh-cn").format("HH:mm");
const english = dayjs("2025-03-01 12:30 PM", "YYYY-MM-DD h:mm A", "en").format("HH:mm");
const other = moment("2025-03-01 中午12点30", FORMAT, "zh-cn").format("HH:mm");
console.log(`10:30, 13:30, 20:30: ${others}; 中午1点30: ${oneOClock}; 12:30 PM: ${english}; moment 中午12点30: ${other}`);
assert.deepStrictEqual(others, ["10:30", "13:30", "20:30"]);
assert.deepStrictEqual([oneOClock, english, other], ["01:30", "12:30", "12:30"]);
JS
node read.js
