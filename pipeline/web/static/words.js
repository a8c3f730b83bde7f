// What the page says, in Chinese: states, formats, and the errors of the server and of its readers.

export const STATES = { sending: "正在上传", uploading: "正在上传", waiting: "排队中", tagging: "正在标注", ready: "已完成", workbook: "带更正的表格", failed: "失败" };
const FORMATS = { xlsx: "Excel 表格", docx: "Word 文档", html: "网页", csv: "CSV 表格", jsonl: "JSON 数据", table: "纯文本", qdpx: "质性研究项目", parquet: "Parquet 数据" };
const PROBLEMS = {
  too_large: "文件太大，请拆分后再试。",
  too_slow: "上传太慢，已中断，请再试一次。",
  busy: "正在处理的文件太多，请稍后再试。",
  full: "服务器存放的文件已满，请先删除一些。",
  not_found: "文件已不在服务器上，请重新上传。",
  conflict: "与服务器上的内容不符：文件尚未标注完成，标注已改变，或使用了不同的模型。",
  account: "你的口令只能用自己的姓名校对。",
  guessing: "口令错误次数太多，请一分钟后再试。",
  cross_site: "请求来自其他网站，已拒绝。请直接打开本页。",
  invalid: "内容不符合要求。",
  name: "请用可显示的文字填写校对人的姓名，最多 80 个字。",
  changed: "同一段落你已在另一个窗口保存过，请选择保留哪一个。",
  query: "检索词看不懂：每个词至少两个字，引号和括号要成对，与、或、非的两边都要有词。",
  attribute: "属性不对：每项最多 60 个字，年份写成 2024，单位与地区不能互相矛盾。",
  stale: "别人刚保存过这份摘编，请选择保留哪一个。",
  pages: "页数太少，每个主题一条也放不下。请增加页数。",
  network: "连不上服务，请确认它仍在运行。",
};
// Why a report was not read, by the codes of pipeline/core/errors.py.
const FAILURES = {
  missing: "文件不见了，请重新上传。",
  empty: "文件是空的，或没有文字，请重新保存。",
  damaged: "文件已损坏，或类型与名称不符，请用原来的程序打开后另存。",
  password: "文件有密码，请去掉密码后另存。",
  scanned: "没有可读的文字（可能是扫描件或图片），请先做文字识别。",
  too_large: "文件太大，请拆分后再试。",
  too_long: "读取时间过长，请拆分文件。",
  kind: "不是能读取的类型，请用原来的程序另存为 Word、PDF 或文本。",
  archive: "压缩包无法解开，请重新打包或先解压。",
  nested: "压缩包层数太多，请先解压。",
  program: "旧版文件需要安装 LibreOffice 才能读取，请另存为 .docx。",
  encoding: "文字编码无法识别，请另存为 UTF-8 文本。",
  columns: "表格里没有找到正文列。",
  own_workbook: "这是本工具生成的表格，不是报告；请单独上传它来导入更正。",
  fonts: "PDF 所用字体既不在文件里，也不在服务器上，可能有字丢失；请在服务器上安装中文字体（fonts-noto-cjk），或嵌入字体后重新导出 PDF。",
  corpus: "表格里的更正无法导入：内容或位置被改动过，或主题名称不对。",
};

export const ATTRIBUTES = { unit: "单位", place: "地区", year: "年份", kind: "体裁", group: "分组" };
export const ACTIONS = { add: "收入", retag: "重新标注" };
export const FORMS = { official: "Word（公文格式）", docx: "Word（普通格式）", xlsx: "Excel 表格", html: "网页", md: "纯文本" };

// A time as the server gives it (UTC), here.
export const when = (time) => new Date(time).toLocaleString("zh-CN", { dateStyle: "short", timeStyle: "short" });

export const formatName = (format) => FORMATS[format] ?? format;

export function problem(error) {
  return PROBLEMS[error.code] ?? `没有成功：${error.message}`;
}

export const failure = (code) => FAILURES[code] ?? "无法读取。";

// No score is ever certain.
export const sure = (score) => (score >= 0.995 ? ">99%" : percent(score));

export const percent = (share) => `${Math.round(share * 100)}%`;

export function size(bytes) {
  if (bytes < 1024) return `${bytes} 字节`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
