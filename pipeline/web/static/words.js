// What the page says, in Chinese: states, formats, and the errors of the server and of its readers.

export const STATES = { sending: "正在上传", uploading: "正在上传", waiting: "排队中", tagging: "正在标注", ready: "已完成", failed: "失败" };
const FORMATS = { xlsx: "Excel 表格", docx: "Word 文档", html: "网页", csv: "CSV 表格", jsonl: "JSON 数据", table: "纯文本" };
const PROBLEMS = {
  too_large: "文件太大，请拆分后再试。",
  too_slow: "上传太慢，已中断，请再试一次。",
  busy: "正在处理的文件太多，请稍后再试。",
  full: "服务器存放的文件已满，请先删除一些。",
  not_found: "文件已不在服务器上，请重新上传。",
  conflict: "与服务器上的内容不符：文件尚未标注完成，标注已改变，或使用了不同的模型。",
  cross_site: "请求来自其他网站，已拒绝。请直接打开本页。",
  invalid: "内容不符合要求。",
  network: "连不上服务，请确认它仍在运行。",
};
const DAMAGED = "文件已损坏，或类型与名称不符，请用原来的程序打开后另存。";
// The readers' own lines are English; the first that fits tells the same in Chinese.
const FAILURES = [
  [/password|protected/i, "文件有密码，请去掉密码后另存。"],
  [/\(OCR\)|recognition|no text|scanned/i, "没有可读的文字（可能是扫描件或图片），请先做文字识别。"],
  [/empty|white space|shows no text/i, "文件是空的，请重新保存。"],
  [/more than [\d.]+ s\b|max_seconds/i, "读取时间过长，请拆分文件。"],
  [/the limit is|max_bytes|max_unpacked|max_members|max_pages|max_memory|its memory/i, "文件太大，请拆分后再试。"],
  [/presentation/i, "这是演示文稿，请把文字另存为 Word 或 PDF。"],
  [/OFD/, "暂不支持 OFD，请另存为 PDF 或 Word。"],
  [/\.(doc|xls)[xmb]\b.*(zip|damaged)|\.od[ts]\b.*(zip|damaged)/i, DAMAGED],
  [/nested/i, "压缩包层数太多，请先解压。"],
  [/zip|archive|packed/i, "压缩包无法解开，请重新打包或先解压。"],
  [/needs LibreOffice/, "旧版 Word 文件需要安装 LibreOffice 才能读取，请另存为 .docx。"],
  [/not text in UTF-8|does not fit/i, "文字编码无法识别，请另存为 UTF-8 文本。"],
  [/damaged|cut short|not a|no .* file|holds no|content is/i, DAMAGED],
];

export const formatName = (format) => FORMATS[format] ?? format;

export function problem(error) {
  return PROBLEMS[error.code] ?? `没有成功：${error.message}`;
}

export function failure(line) {
  const found = FAILURES.find(([pattern]) => pattern.test(line));
  return found ? found[1] : "无法读取。";
}

// No score is ever certain.
export const sure = (score) => (score >= 0.995 ? ">99%" : percent(score));

export const percent = (share) => `${Math.round(share * 100)}%`;

export function size(bytes) {
  if (bytes < 1024) return `${bytes} 字节`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
