"""Thousands of readings judged at once, and put down for the digest: as if one by one."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.guard_rails import Bound, GuardRail
from registry.monitoring.rules.batches import all_in_digits, in_digits
from registry.monitoring.rules.rails import Rails
from registry.objectives.rules.judging import judged_by

values = st.decimals(-20, 20, places=1)
rails = st.tuples(st.sampled_from(Bound), values, values).map(
    lambda told: GuardRail(
        told[0],
        None if told[0] is Bound.AT_MOST else min(told[1:]),
        None if told[0] is Bound.AT_LEAST else max(told[1:]),
    )
)


@given(
    st.none() | rails,
    st.none() | rails,
    st.none() | st.integers(0, 3),
    st.lists(st.tuples(values, st.none() | st.integers(0, 5)), min_size=1, max_size=6),
)
def test_readings_judged_together_are_judged_as_each_would_be_alone(warn, breach, minimum, told):
    each_value, each_n = zip(*told, strict=True)
    together = Rails(warn, breach, minimum).judge_each(each_value, each_n)
    assert together == [judged_by(value, n, warn, breach, minimum) for value, n in told]


@given(st.lists(st.decimals(-(10**9), 10**9) | st.just(Decimal("1E+3")), max_size=5))
def test_numbers_are_written_together_as_each_would_be_alone(numbers):
    assert all_in_digits(numbers) == [in_digits(number) for number in numbers]
