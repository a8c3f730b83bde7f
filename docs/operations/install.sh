#!/bin/sh
# Install mission-themes for `pipeline serve`: a wheel into a virtual environment of its own, and a system user that owns the project
# folder. The steps are those of the Containerfile. As root:
#
#   sh install.sh WHEEL [PREFIX] [STATE] [USER]
#
# PREFIX: /opt/mission-themes; STATE, the project folder: /var/lib/mission-themes; USER: mission-themes. PYTHON names the interpreter,
# EXTRAS what is installed with it ("serve,train").
set -eu
wheel=$1
prefix=${2:-/opt/mission-themes}
state=${3:-/var/lib/mission-themes}
user=${4:-mission-themes}
id "$user" >/dev/null 2>&1 || useradd --system --user-group --home-dir "$state" --no-create-home --shell /usr/sbin/nologin "$user"
"${PYTHON:-python3}" -m venv "$prefix"
"$prefix/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check "$wheel[${EXTRAS:-serve,train}]"
install -d -m 0700 -o "$user" -g "$(id -gn "$user")" "$state"
"$prefix/bin/pipeline" --version
