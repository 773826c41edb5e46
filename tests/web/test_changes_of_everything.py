"""The feed of changes over a register with something of everything: what is not for one is not in it."""


def test_changes_leave_out_evidence_for_those_who_may_not_read_it(everything, program):
    def kinds(name):
        since, told, more = 0, set(), True
        while more:
            page = program(name, "GET", f"/changes?since={since}&limit=200").json
            told |= {each["kind"] for each in page["items"]}
            since, more = page["since"], page["more"]
        return told

    assert {"evidence", "incident", "system"} <= kinds("rita")
    assert kinds("otto") & {"evidence", "system"} == {"system"}
