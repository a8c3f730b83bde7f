"""`pipeline backup` and `pipeline restore`."""

from pathlib import Path

import click

from pipeline.cli.common import OutputPath, config_options, debug_option, read_config, say
from pipeline.core.counted import counted
from pipeline.core.messages import tr


@click.command()
@click.argument("file", type=OutputPath())
@config_options("corpus", "features.gazetteers", "features.user_dictionary", "track.uri")
def backup(file: Path, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Keep corrections, reviewed reports, labels, models, MLflow's runs, the library and configuration in one new FILE.

    Trainings and servers may go on meanwhile. What cannot be kept is named.

    \b
    Examples:
      pipeline backup themes-2024-05-01.zip
      pipeline backup /mnt/backup/themes.zip --config office.toml
    """
    from pipeline.backup.write import write_backup  # noqa: PLC0415 - help must not load the program

    manifest = write_backup(file, read_config(config_file, settings), config_file)
    for line in manifest.left_out:
        say(tr("not kept: {line}", line=line))
    say(
        tr(
            "{file}: {files}, {size:,} bytes",
            file=file,
            files=counted(len(manifest.files), "file"),
            size=sum(kept.size for kept in manifest.files),
        )
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", "folder", type=OutputPath(), help="The project folder to restore to; this project's without it.")
@debug_option
def restore(file: Path, folder: Path | None) -> None:
    """Bring back what FILE, made by pipeline backup, holds.

    Everything is checked first. Nothing that is there is replaced: what differs is named, and nothing is restored.

    \b
    Examples:
      pipeline restore themes-2024-05-01.zip
      pipeline restore themes-2024-05-01.zip --to /srv/themes
    """
    from pipeline.backup.restore import restore as bring_back  # noqa: PLC0415 - help must not load the program
    from pipeline.core import locations  # noqa: PLC0415

    target = folder or locations.project_folder()
    done = bring_back(file, target)
    for line in done.left_out:
        say(tr("not in the backup: {line}", line=line))
    say(tr("{target}: {files} restored, {same} already there", target=target, files=counted(done.written, "file"), same=done.same))
