#!/usr/bin/env bash
# cpca finds the province, city and district that a Chinese text names, and is what reports are put on a map with. One would expect a
# text that names none, as 全县投入20万元 (the whole county put in 200,000 yuan), to get none. The national list of codes has a heading, 县, for the
# counties of Chongqing (500200), and headings 城区, 郊区 and 矿区 for districts that are really called so. cpca takes the word 县 wherever it stands
# for the first: the text is from Chongqing, with code 500200 and no warning, and the word counts as read, so that 县委宣传部 has the address
# 委宣传部. 城区 (the built-up area of any town) is a district of Shanwei in Guangdong. It matters here because reports say 全县, 我县 and 城区
# in every paragraph, and hardly ever the county's name: compiled by place, the work of all counties is that of one city. Expected:
# no province, no code. Seen: 重庆市, 500200 for all that have 县, 广东省 for 城区 (cpca 0.5.5 with pandas 3.1.1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'cpca==0.5.5' 'pandas==3.1.1'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import cpca

COUNTY = ["全县投入20万元", "我县创建文明城市", "县委宣传部", "推进县级融媒体中心建设"]
TOWN, NONE, REAL = "推动城区建设", "全省各地投入20万元", "吉林省长春市朝阳区"

table = cpca.transform([*COUNTY, TOWN, NONE, REAL])
seen = {text: tuple(row) for text, row in zip([*COUNTY, TOWN, NONE, REAL], table[["省", "市", "区", "地址", "adcode"]].values)}
print(f"cpca {version('cpca')}, pandas {version('pandas')}; expected: no place for all but the last")
for text, place in seen.items():
    print(f"{text}: {place}")
for text in COUNTY:
    assert seen[text][:2] == ("重庆市", "县") and seen[text][4] == "500200", seen[text]
assert seen["县委宣传部"][3] == "委宣传部", seen
assert seen[TOWN][:2] == ("广东省", "汕尾市"), seen[TOWN]
assert not any(isinstance(part, str) and part for part in seen[NONE]), seen[NONE]
assert seen[REAL][:3] == ("吉林省", "长春市", "朝阳区"), seen[REAL]
PY
