"""A plan in words: what files change, what of that people changed since, and what stays people's own"""

import re
from typing import Any, Final

_MARKS: Final = {"register": "+", "add": "+", "change": "~", "end": "-"}
_LONGEST: Final = 70
_USER: Final = re.compile(r"\A([A-Za-z][A-Za-z0-9+.-]*://)[^/?#]*@")


def plan_said(told: dict[str, Any]) -> str:
    """What `POST /api/v1/apply` answered, in lines."""
    lines = [_step(each) for each in told["plan"]]
    for each in told["documents"]:
        name, own = each["key"] or each["id"], each["kept_by_people"]
        lines += [f"  {name}: {remark}" for remark in each["remarks"]]
        lines += [f"  {name}: people own {', '.join(own)}"] if own else []
    count = len(told["plan"])
    what = "Nothing to change." if count == 0 else f"{count:,} {'change' if count == 1 else 'changes'}"
    done = "" if count == 0 else " to be made." if told["dry_run"] else " made."
    return "\n".join([*lines, f"{what}{done}", f"Digest of this plan: {told['digest']}"])


def _step(step: dict[str, Any]) -> str:
    since = "  (changed in the register since the file set it)" if step["changed_since"] else ""
    to = "" if step["does"] == "end" else f" -> {_short(step['to'])}"
    return f"{_MARKS[step['does']]} {step['key']} {step['field']}: {_short(step['from'])}{to}{since}"


def _short(value: Any) -> str:
    if value in (None, "", []):
        return "nothing"
    flat = " ".join(str(value).split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"


def without_user(address: str) -> str:
    """An address without the name and the password before its host: what a pipeline checks out with is a secret of its own."""
    return _USER.sub(r"\1", address)
