"""`pipeline serve`."""

from pathlib import Path

import click

from pipeline.cli.common import config_options, read_config, say
from pipeline.core.extras import need
from pipeline.core.messages import tr


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen on; beyond loopback a token is asked for."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8321, show_default=True, help="The port; 0: any.")
@click.option("--model", "model_names", multiple=True, default=["default"], show_default=True,
              help="A model's name, folder, or models:/name@alias; can be repeated, the first is used first.")  # fmt: skip
@click.option("--name", "names", multiple=True, metavar="NAME", help="A name that others reach this machine by; can be repeated.")
@click.option("--token", help="The token to ask for; other users of this machine may see it here, so a file is better.")
@click.option("--library", "shows_library", is_flag=True,
              help="Show the library too: who reaches the page reads, and may remove, what is in it.")  # fmt: skip
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    help="A file with the token to ask for, or with a line NAME TOKEN for each person; read again when it changes.",
)
@click.option("--new-account", metavar="NAME", help="Print a line for --token-file with a new token for this person, and end.")
@click.option("--proxy", "proxies", multiple=True, metavar="ADDRESS",
              help="A proxy in front, or its network, whose X-Forwarded-For and -Proto are believed; can be repeated.")  # fmt: skip
@config_options("corpus", "read", "drift.stricter_review", "digest", "track.uri", "serve")
def serve(host: str, port: int, model_names: tuple[str, ...], names: tuple[str, ...], token: str | None, token_file: Path | None,
          shows_library: bool, new_account: str | None, proxies: tuple[str, ...],
          config_file: Path | None, settings: tuple[str, ...]) -> None:  # fmt: skip
    """Start the web page on which reports are tagged, read and corrected, with its JSON API; Ctrl-C stops it.

    It listens on loopback only, unless --host says otherwise.

    \b
    Examples:
      pipeline serve
      pipeline serve --library
      pipeline serve --host 0.0.0.0 --name reports.office --token-file token.txt
      pipeline serve --proxy 127.0.0.1 --name reports.office --token-file people.txt
    """
    need("serve", "pipeline serve")
    if new_account:
        _say_account(new_account)
        return
    from pipeline.web import server  # noqa: PLC0415 - help must not load the program

    config = read_config(config_file, settings)
    server.check_proxies(proxies)
    chosen = server.choose_token(host, token, token_file, proxies)
    policy = server.policy_for(host, names, server.choose_accounts(chosen, token_file), config)
    models = server.load_models(model_names, config, say)
    with server.open_socket(host, port) as listening:
        click.echo(tr("page: {address_of}  (Ctrl-C stops it)", address_of=server.address_of(listening)))
        if chosen and not token:
            click.echo(tr("token: {chosen}", chosen=chosen))
        server.serve(models, policy, listening, config, shows_library, proxies)


def _say_account(name: str) -> None:
    """Print the line of a new account to standard output, and its token, which is kept nowhere, to standard error."""
    from pipeline.web.accounts import line_of, new_token  # noqa: PLC0415

    token = new_token()
    click.echo(line_of(name, token))
    say(tr("token, for this person only: {token}", token=token))
