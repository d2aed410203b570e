"""What is owed a vector is looked up once, and given newest first."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from mail_shelf import Shelf, mail

from ragd.index.meaning import Owed


@given(count=st.integers(0, 40), data=st.data())
def test_what_is_given_is_owed_no_more_and_the_rest_in_its_order(count: int, data: st.DataObject) -> None:
    owed, left = Owed(range(count, 0, -1)), list(range(count, 0, -1))
    while left:
        some = data.draw(st.integers(1, 12))
        assert owed and len(owed) == len(left) and owed.first(some) == left[:some]
        written = data.draw(st.lists(st.sampled_from(owed.first(some)), min_size=1, unique=True))
        owed.give(written)
        left = [one for one in left if one not in written]
    assert not owed and owed.first(5) == []


def test_that_nothing_is_owed_is_known_until_something_changes(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "catalog.sqlite")
    shelf.put({"1.eml": mail(1, "Two slates slipped in January.")})
    spaces = shelf.catalog.spaces
    space = spaces.of("model", wish="model", dimensions=2)
    assert not spaces.is_nothing_owed(space)
    spaces.mark(space, spaces.owed(space))
    spaces.nothing_owed(space)
    assert spaces.is_nothing_owed(space) and not spaces.is_nothing_owed(space + 1)
    shelf.put({"2.eml": mail(2, "The roofer wants 340 euros.")})
    assert not spaces.is_nothing_owed(space) and spaces.owed(space)
    shelf.catalog.close()
