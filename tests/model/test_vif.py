from __future__ import annotations

import contextlib
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import DOMID_MAX
from qnet_gui.model.vif import DEVID_MAX, Vif, VifId

ids = st.builds(VifId, st.integers(0, DOMID_MAX), st.integers(0, DEVID_MAX))


@given(ids)
def test_names_and_paths_lead_back(vif):
    assert VifId.from_name(vif.name) == vif
    assert VifId.from_path(vif.backend_path) == vif
    assert VifId.from_path(f"/local/domain/1/{vif.backend_path}") == vif
    assert len(vif.name) <= 15


@pytest.mark.parametrize(
    "bad",
    ["vif-1.0", "vif04.0", "vif4", "vif4.", "vif4.0 ", "VIF4.0", "vif4.0.1", "vif4.1024", "vif32752.0", "eth0", ""],
)
def test_names_that_are_none(bad):
    with pytest.raises(BadInput):
        VifId.from_name(bad)


@pytest.mark.parametrize(
    "bad",
    ["backend/vif/4", "backend/vif/4/0/state", "/backend/vif/4/0", "backend/vbd/4/0", "backend/vif/../4/0",
     "/local/domain/1/backend/vif/4/0/", "backend/vif/04/0"],
)  # fmt: skip
def test_paths_that_are_none(bad):
    with pytest.raises(BadInput):
        VifId.from_path(bad)


@given(st.text(max_size=40))
def test_no_text_breaks_the_parsers(text):
    for parser in (VifId.from_name, VifId.from_path):
        with contextlib.suppress(BadInput):
            parser(text)


def test_the_newest_domain_has_the_best_metric():
    old, new = (Vif(VifId(domid, 0), IPv4Address("10.137.0.5"), "00:16:3e:00:00:01") for domid in (4, 9))
    assert 0 < new.metric < old.metric


@given(ids, ids)
def test_no_two_vifs_have_one_metric_and_a_domains_first_card_comes_before_its_others(one, other):
    assert (one.metric == other.metric) == (one == other)
    assert 0 < one.metric < 0xFFFFFFFF
    if one.devid != other.devid:
        assert (one.metric < other.metric) == (one.devid < other.devid)
    else:
        assert (one.metric <= other.metric) == (one.frontend >= other.frontend)
