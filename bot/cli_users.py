"""The commands `lotse user …`: who works at the desk. The work is done in `bot.users`."""

from typing import Annotated

import typer

from bot.console import configured, errors, out, run, table

app = typer.Typer(no_args_is_help=True, help="Who works at the desk: invite, list, new link.")
Email = Annotated[str, typer.Argument(help="The address they sign in with.")]


@app.command("add")
def add(
    email: Email,
    *,
    role: Annotated[str, typer.Option(help="adviser, lead, editor or admin.")],
    municipality: Annotated[str, typer.Option(help="The slug of their town or district.")],
    name: Annotated[str, typer.Option(help="How colleagues call them; they can change it.")] = "",
) -> None:
    """Invite somebody: prints a link, valid once and for seven days, where they choose their password."""
    from bot import users  # noqa: PLC0415 - loads what the desk needs

    link = run(users.add(configured(), email=email, role=role, municipality=municipality, name=name))
    errors.print("Send this link to them alone. It works once, for seven days:")
    out.print(link, markup=False)


@app.command("list")
def listing() -> None:
    """Show everybody who works at the desk."""
    from bot import users  # noqa: PLC0415 - loads what the desk needs

    rows = run(users.listing(configured()))
    cells = [(row.email, row.name, row.role, row.municipality, row.state, "yes" if row.second_factor else "no") for row in rows]
    table(("e-mail", "name", "role", "municipality", "state", "second factor"), cells)


@app.command("reset")
def reset(
    email: Email,
    *,
    second_factor: Annotated[bool, typer.Option("--second-factor", help="Take their second factor away too (a lost phone).")] = False,
) -> None:
    """Print a new link for somebody; their password and all their sessions end at once."""
    from bot import users  # noqa: PLC0415 - loads what the desk needs

    link = run(users.reset(configured(), email=email, second_factor=second_factor))
    errors.print("Send this link to them alone. It works once, for seven days:")
    out.print(link, markup=False)
