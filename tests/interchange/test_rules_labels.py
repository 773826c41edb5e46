"""Labels in a file as tags: parted at commas, shortened by a note in brackets, the rest told."""

from registry.interchange.rules.labels import tags_from


def test_labels_become_tags_and_what_cannot_be_one_is_told():
    assert tags_from(["Letters, post", "POST"]) == (("Letters", "post"), "")
    assert tags_from(["Government Services (includes Benefits and Service Delivery)"])[0] == (
        "Government Services",
    )
    assert tags_from(["Research (R&D)"])[0] == ("Research (R&D)",)
    kept, remark = tags_from(["x" * 41, *map(str, range(21))])
    assert kept == tuple(map(str, range(20)))
    assert f"left out: “{'x' * 41}” and “20”" in remark
