"""docs/xenstore.md is made from the declarations, and is up to date."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qnet_gui.store.document import document
from qnet_gui.store.reports import ALL

PAGE = Path(__file__).parents[2] / "docs" / "xenstore.md"


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == document(), "run `make docs`"


@pytest.mark.parametrize("key", ALL, ids=lambda key: key.path)
def test_every_key_has_a_row_that_says_all(key):
    rows = [line for line in document().splitlines() if line.startswith(f"| `{key.path.replace('{}', 'N')}` |")]
    assert len(rows) == 1
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", rows[0].strip("|"))]
    assert len(cells) == 5
    assert all(cells)
    assert cells[3] == str(key.limit)
