"""Finding a line in a file of any size, as it stands or by its hash."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.store.lines import Unsorted, refuse_unsorted, stands_in

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), min_size=1, max_size=20)


def digest(text):
    return hashlib.sha1(text.encode()).hexdigest().upper()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("lines") / "passwords.txt"


@given(
    held=st.sets(WORDS, max_size=40), asked=WORDS, end=st.sampled_from(["\n", "\r\n"]), closed=st.booleans()
)
def test_a_text_is_found_where_it_is_a_whole_line_and_nowhere_else(place, held, asked, end, closed):
    lines = sorted(held)
    for written, is_hashed in ((lines, False), (sorted(f"{digest(each)}:7" for each in lines), True)):
        text = end.join(written) + (end if closed and written else "")
        place.write_bytes(text.encode())
        refuse_unsorted(place)
        if not is_hashed and written and len(written[0]) == 40:
            continue
        assert [each for each in held if not stands_in(place, each)] == []
        assert stands_in(place, asked) == (asked in held)


@pytest.mark.parametrize("letters", [str.upper, str.lower])
def test_of_very_many_hashes_each_is_found_in_either_case_and_no_other(place, letters):
    words = [f"password {number}" for number in range(5_000)]
    place.write_text("\n".join(sorted(letters(digest(each)) for each in words)))
    refuse_unsorted(place)
    assert [each for each in words[::97] if not stands_in(place, each)] == []
    assert not stands_in(place, "password 5000")


def test_hashes_out_of_order_are_refused_because_none_would_be_found(place):
    place.write_text("\n".join(sorted((digest(str(number)) for number in range(500)), reverse=True)))
    with pytest.raises(Unsorted, match="not in their order"):
        refuse_unsorted(place)
    place.write_text("\n".join([*sorted(digest(str(number)) for number in range(500)), "and a word", ""]) * 2)
    with pytest.raises(Unsorted):
        refuse_unsorted(place)


def test_an_empty_file_holds_nothing_and_one_that_is_not_there_is_said_to_be_missing(place):
    place.write_bytes(b"")
    refuse_unsorted(place)
    assert not stands_in(place, "password")
    with pytest.raises(FileNotFoundError):
        stands_in(place.with_name("nowhere"), "password")
