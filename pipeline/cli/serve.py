"""`pipeline serve`."""

from pathlib import Path

import click

from pipeline.cli.common import config_options, read_config, say
from pipeline.core.extras import need


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen on; beyond loopback a token is asked for."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8321, show_default=True, help="The port; 0: any.")
@click.option("--model", "model_names", multiple=True, default=["default"], show_default=True,
              help="A model's name, folder, or models:/name@alias; can be repeated, the first is used first.")  # fmt: skip
@click.option("--name", "names", multiple=True, metavar="NAME", help="A name that others reach this machine by; can be repeated.")
@click.option("--token", help="The token to ask for; other users of this machine may see it here, so a file is better.")
@click.option("--token-file", type=click.Path(path_type=Path), help="A file with the token to ask for.")
@click.option("--library", "shows_library", is_flag=True,
              help="Show the library too: who reaches the page reads, and may remove, what is in it.")  # fmt: skip
@config_options
def serve(host: str, port: int, model_names: tuple[str, ...], names: tuple[str, ...], token: str | None, token_file: Path | None,
          shows_library: bool, config_file: Path | None, settings: tuple[str, ...]) -> None:  # fmt: skip
    """Start the web page on which reports are tagged, read and corrected, with its JSON API; Ctrl-C stops it.

    It listens on loopback only, unless --host says otherwise.

    \b
    Examples:
      pipeline serve
      pipeline serve --library
      pipeline serve --host 0.0.0.0 --name reports.office --token-file token.txt
    """
    need("serve", "pipeline serve")
    from pipeline.web import server  # noqa: PLC0415 - help must not load the program

    config = read_config(config_file, settings)
    chosen = server.choose_token(host, token, token_file)
    policy = server.policy_for(host, names, chosen, config)
    models = server.load_models(model_names, config, say)
    with server.open_socket(host, port) as listening:
        click.echo(f"page: {server.address_of(listening)}  (Ctrl-C stops it)")
        if chosen and not (token or token_file):
            click.echo(f"token: {chosen}")
        server.serve(models, policy, listening, config, shows_library)
