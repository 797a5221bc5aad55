"""Build hook: compiles the gettext catalogues (`.po` to `.mo`), so that an installed Lotse never parses text catalogues."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # `python scripts/compile_catalogues.py` needs Babel alone
    BuildHookInterface = object  # type: ignore[assignment,misc]  # stands in for the base class outside a build


def compile_catalogues(root: Path) -> int:
    """Compile every `locales/*/LC_MESSAGES/lotse.po` and the desk's own below `root`; returns how many there were."""
    sources = sorted(root.glob("locales/*/LC_MESSAGES/lotse.po")) + sorted(root.glob("locales/desk/*.po"))
    for source in sources:
        with source.open("rb") as po, source.with_suffix(".mo").open("wb") as mo:
            # The folder, not the header, names the language: Babel does not know `de-simple` or `prs`.
            write_mo(mo, read_po(po))
    return len(sources)


class CompileCatalogues(BuildHookInterface):  # type: ignore[misc,valid-type,type-arg]  # hatchling has no stubs here
    """Hatchling calls this before it builds a wheel or an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues in place; hatchling then packs them as artifacts."""
        del version, build_data
        compile_catalogues(Path(self.root))


if __name__ == "__main__":
    print(f"{compile_catalogues(Path(__file__).parent.parent)} catalogues compiled")
