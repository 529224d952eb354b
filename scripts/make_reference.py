"""Write docs/register-tables.md from the register's one definition of its tables (``--check`` compares)."""

from __future__ import annotations

from pathlib import Path

from generated import write_or_check

from workbench.register import TABLES, Field, FieldKind

TARGET = Path(__file__).resolve().parent.parent / "docs" / "register-tables.md"

HEAD = """# What the register holds

Made by `python scripts/make_reference.py` from `workbench/register/tables.py`. Beside the fields listed, every row has
`id` (its prefix and a number), `version` (counts its changes) and `custom` (fields that the firm added). Money is stored
as a whole number of minor units of the currency in the field named; decimals are exact.
"""


def text() -> str:
    """The page."""
    parts = [HEAD]
    for table in TABLES.values():
        parts.append(
            f"\n## {table.name}\n\n{table.meaning[:1].upper()}{table.meaning[1:]}. Ids: `{table.prefix}-000001`.\n"
        )
        parts.append("\n| field | holds | required | meaning |\n|---|---|---|---|\n")
        parts += [
            f"| {field.name} | {kind_of(field)} | {'yes' if field.required else ''} | {field.meaning} |\n"
            for field in table.fields
        ]
    return "".join(parts)


def kind_of(field: Field) -> str:
    """What a field holds, in words."""
    if field.kind is FieldKind.MONEY:
        return f"money in `{field.currency_field}`"
    if field.kind is FieldKind.REFERENCE:
        return f"id in [{field.references}](#{field.references})"
    if field.choices:
        return "one of " + ", ".join(field.choices)
    return field.kind.value


if __name__ == "__main__":
    write_or_check(TARGET, text())
