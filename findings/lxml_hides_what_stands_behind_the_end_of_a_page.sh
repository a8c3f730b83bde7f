#!/usr/bin/env bash
# Pages that are put together from parts often close html after their head part and go on with a comment and the article: pages of
# the State Council's gazette on gov.cn do. HTML says what comes of it: the article goes into the body, and every browser shows it.
# One would expect the same of lxml, whose parser repairs pages. It makes a second root of what follows, a sibling of the first:
# itertext, iter and tostring of the page do not hold it, only xpath from the document does. So trafilatura returns the navigation,
# or nothing, for such a page, and no error says so. It matters here because the main text of such a report was lost with exit code
# 0; the reader now moves what follows into the body. Guess written down first: "".join(page.itertext()) holds the article. Seen: it
# does not (lxml 6.1.3, and 5.3.0 too).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'lxml==6.1.3' 'lxml_html_clean==0.4.6' 'trafilatura==2.3.1'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import lxml.etree
import lxml.html
import trafilatura

article = "全县宣传思想文化工作会议召开，部署全年任务。" * 8
page = f"<html><head><title>会议</title></head><body><ul><li>首页</li></ul></body></html><!--end header--><div><p>{article}</p></div>"
root = lxml.html.document_fromstring(page)
walked, found = article in "".join(root.itertext()), article in "".join(root.xpath("//text()"))
extracted = article in (trafilatura.extract(page) or "")
print(f"lxml {lxml.etree.__version__}, libxml2 {lxml.etree.LIBXML_VERSION}: roots {[node.tag for node in root.itersiblings('html')]}")
print(f"article in itertext: {walked}, in xpath //text(): {found}, in trafilatura {trafilatura.__version__}: {extracted}")
assert found and not walked and not extracted
assert article in "".join(lxml.html.document_fromstring(page.replace("</body></html>", "")).itertext())
PY
