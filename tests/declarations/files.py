"""Two systems as a team writes them down, one of which relies on the other; and how tests apply them."""

from registry.declarations.actions import Origin, apply
from registry.declarations.rules.files import read

ORIGIN = Origin("halden/claims", "1a2b3c4d5e6f")
LETTERS = """\
registry: 1
id: letter-sorter
owner: ada@example.org
name: Letter sorter
summary: Sorts letters by what they ask for.
unit: Halden Mutual / Claims
kind: model
description: |-
  Reads what customers write.

  It answers nobody by itself.
autonomy: 2
links:
  - label: Code
    url: "https://git.example.org/letters"
objective:
  problem: Letters wait for a week.
  expected_value: 120000.5
  currency: EUR
override_bounds:
  low: 2
  high: 20
  because: Last year people overrode one in ten.
tags:
  - claims
  - letters
metrics:
  - slug: hits
    kind: accuracy
    name: Sorted rightly
    direction: higher_is_better
    target: 0.92
    target_on: 2027-06-30
    number_owner: ben@example.org
    groups:
      - region
  - slug: hours
    kind: latency
    name: Hours until read
sources:
  - source: Claims archive
    purpose: training
    note: Letters of 2025.
dependencies:
  - direction: upstream
    system: scan-reader
    interface: queue
    timeout_seconds: 1.5
    on_failure: degrades
  - direction: downstream
    service: Post room
"""
SCANS = """\
registry: 1
id: scan-reader
owner: ada@example.org
name: Scan reader
summary: Turns scans into text.
unit: Claims
"""


def applied(session, actor, *texts, **how):
    return apply(
        session,
        actor,
        read((f"{place}/registry.yaml", text) for place, text in enumerate(texts)),
        ORIGIN,
        **how,
    )


def steps(done):
    return [(each.plan.id, step.does.value, step.field) for each in done for step in each.plan.steps]
