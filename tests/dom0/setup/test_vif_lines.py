"""A domain's configuration, changed in its `vif` alone or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.dom0.setup.vif_lines import NotByMachine, served_by, with_netvm
from qnet_gui.hypervisor import xl_config

NEW = "backend=netvm,script=vif-route-qubes"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("vif = ['bridge=xenbr0']", f"vif = ['{NEW}']"),
        ("vif=[ '' ]", f"vif=[ '{NEW}' ]"),
        ('vif = ["mac=00:16:3e:00:00:01, bridge=xenbr0"]', f'vif = ["mac=00:16:3e:00:00:01,{NEW}"]'),
        (
            "vif = [ 'ip=10.137.0.9,script=vif-nat', 'model=e1000' ]",
            f"vif = [ 'ip=10.137.0.9,{NEW}', 'model=e1000,{NEW}' ]",
        ),
        ("vif = [ 'backend=old,script=vif-route-qubes' ]", f"vif = [ '{NEW}' ]"),
        (f"vif = [ '{NEW}' ]", f"vif = [ '{NEW}' ]"),
        (
            "vif = [\n  'bridge=xenbr0', # the 'old' one]\n]\nmemory = 5",
            f"vif = [\n  '{NEW}', # the 'old' one]\n]\nmemory = 5",
        ),
        ("vif = []", "vif = []"),
        ("name='vif = [x]'\nmemory=4", "name='vif = [x]'\nmemory=4"),
        ("# vif = ['bridge=xenbr0']\nmemory=4", "# vif = ['bridge=xenbr0']\nmemory=4"),
        ("vif = ['bridge=xenbr0']; vcpus=2", f"vif = ['{NEW}']; vcpus=2"),
        ("novif = ['a']\nvif_x = ['b']", "novif = ['a']\nvif_x = ['b']"),
        (r"""name="a\"b"; vif=["mac=1"]""", rf"""name="a\"b"; vif=["mac=1,{NEW}"]"""),
        (r"""extra="\"vif=['q']\""; vif=['mac=1']""", rf"""extra="\"vif=['q']\""; vif=['mac=1,{NEW}']"""),
        ("vif = ['']\r\nmemory=4\r\n", f"vif = ['{NEW}']\r\nmemory=4\r\n"),
        ("", ""),
    ],
)
def test_what_is_changed(before: str, after: str) -> None:
    assert with_netvm(before, "netvm") == after
    assert with_netvm(after, "netvm") == after, "what is done already is not done again"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("vif = ['a']\nvif += ['b']", "more than once"),
        ("vif += ['a']", "more than once"),
        ("vif = 'bridge=xenbr0'", "no list"),
        ("vif = NETWORK", "no list"),
        ("vif = [ 'a', other ]", "something else"),
        ("vif = [ ['a'] ]", "something else"),
        ("vif = [ 'a'", "something else"),
    ],
)
def test_what_is_left_and_why(text: str, why: str) -> None:
    with pytest.raises(NotByMachine, match=why):
        with_netvm(text, "netvm")


@pytest.mark.parametrize("end", ["", " unquoted ]\n"])
def test_old_vifs_in_remarks_take_no_time(end: str) -> None:
    """Where the list is not closed, or not understood, each such line doubled it: hours for twenty."""
    text = "vif = [\n" + "  # 'mac=00:16:3e:00:00:01,bridge=xenbr0',\n" * 40 + end
    with pytest.raises(NotByMachine):
        with_netvm(text, "netvm")


def test_who_serves() -> None:
    assert served_by("mac=00:16:3e:00:00:01") == "dom0"
    assert served_by("bridge=xenbr0 , backend = sys-net") == "sys-net"


@given(st.text(alphabet="vif=+[]'\"#\n ,;abckend1", max_size=80))
def test_any_text_is_changed_in_its_vif_alone_or_not_at_all(text: str) -> None:
    try:
        changed = with_netvm(text, "netvm")
    except NotByMachine:
        return
    before, after = xl_config.settings(text), xl_config.settings(changed)
    assert {key: value for key, value in before.items() if key != "vif"} == {
        key: value for key, value in after.items() if key != "vif"
    }
