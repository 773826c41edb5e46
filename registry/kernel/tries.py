"""Counts of tries that never fall, so that a number tells one try from every other, and a budget of tries that can begin anew."""


def so_far(tries: int, most: int) -> int:
    """How many of a budget of `most` are used after so many tries in all; 0 before the first, `most` after the last of one."""
    return (tries - 1) % most + 1 if tries else 0


def anew(tries: int, most: int) -> int:
    """The count at which the next budget begins: whoever holds the number of an earlier try never finds it again."""
    return tries + -tries % most
