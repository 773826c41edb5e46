"""Every branch of the classification, named after its article; what holds of all answers; hostile questionnaires."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.classification.queries.editions import read, shipped
from registry.classification.rules.choosing import in_force, problems_with_adding, together
from registry.classification.rules.conditions import (
    DEEPEST_BY_NAMES,
    Every,
    Is,
    Not,
    Some,
    asks_about,
    holds,
    led_by,
    read_condition,
    unknown_in,
)
from registry.classification.rules.questionnaire import TIERS, Kind, Outcome
from registry.classification.rules.reading import questionnaire_from
from registry.classification.rules.scoring import follows_from, problems_with_answers, score
from registry.classification.rules.tiers import Before, problems_with_tier, tier_set
from registry.systems.rules.record import Tier
from tests.classification.answering import ACT, answers, nothing_in, scored
from tests.classification.editions import content

O = Outcome  # noqa: E741 - read in a table
EMPLOYS = {"areas": ["employment"], "a_4": ["a"]}
PRODUCT = {"i_product": "itself", "i_section": "a", "i_third_party": "yes"}
COMFORT = PRODUCT | {"i_product": "component", "i_comfort": "yes"}
NARROW = EMPLOYS | {"profiling": "no", "significant": "no"}

BRANCHES = {
    "2(1) outside the Union": ({"jurisdictions": ["us"]}, {O.OUT_OF_SCOPE}, "Article 2(1)"),
    "3(1) infers nothing": ({"infers": "no"}, {O.OUT_OF_SCOPE}, "Article 3(1)"),
    "3(1) no autonomy": ({"autonomy": "no"}, {O.OUT_OF_SCOPE}, "Article 3(1)"),
    "3(1) fixed rules": ({"fixed_rules": "yes"}, {O.OUT_OF_SCOPE}, "Article 3(1)"),
    "2(3) military": ({"exclusions": ["military"]}, {O.OUT_OF_SCOPE}, "Article 2(3)"),
    "2(4) foreign authority": ({"exclusions": ["foreign"]}, {O.OUT_OF_SCOPE}, "Article 2(4)"),
    "2(6) research": ({"exclusions": ["research"]}, {O.OUT_OF_SCOPE}, "Article 2(6), (8)"),
    "2(10) private use": ({"exclusions": ["personal"]}, {O.OUT_OF_SCOPE}, "Article 2(10)"),
    **{
        f"5(1)({letter})": ({f"p_{letter}": "yes"}, {O.PROHIBITED}, f"Article 5(1)({letter})")
        for letter in ("a", "b", "ba", "bb", "c", "d", "e")
    },
    # Emotions and categories by biometric data are told to those exposed, whatever else is found of them.
    "5(1)(g)": ({"p_g": "yes"}, {O.PROHIBITED, O.TRANSPARENCY_50_3}, "Article 5(1)(g)"),
    "5(1)(f)": (
        {"p_f": "yes", "p_f_safety": "no"},
        {O.PROHIBITED, O.TRANSPARENCY_50_3},
        "Article 5(1)(f)",
    ),
    "5(1)(f) for safety": (
        {"p_f": "yes", "p_f_safety": "yes", "t_senses": "no"},
        {O.HIGH_ANNEX_III, O.TRANSPARENCY_50_3},
        "Annex III, 1(c)",
    ),
    "5(1)(h)": ({"p_h": "yes", "p_h_allowed": "no"}, {O.PROHIBITED}, "Article 5(1)(h)"),
    "5(2) authorised": ({"p_h": "yes", "p_h_allowed": "yes"}, {O.HIGH_ANNEX_III}, "Annex III, 1(a)"),
    "6(1)": (PRODUCT, {O.HIGH_ANNEX_I}, "Article 6(1)"),
    "6(1) by section B": (PRODUCT | {"i_section": "b"}, {O.HIGH_SECTION_B}, "Article 6(1), Article 2(2)"),
    "6(1) no third party": (PRODUCT | {"i_third_party": "no"}, {O.MINIMAL}, "Article 95"),
    "6(1) radio spectrum": (PRODUCT | {"i_unrelated": "yes"}, {O.MINIMAL}, "Article 95"),
    "6(1) comfort": (COMFORT, {O.MINIMAL}, "Article 95"),
    "6(1) dangerous comfort": (COMFORT | {"i_failure": "yes"}, {O.HIGH_ANNEX_I}, "Article 6(1)"),
    **{
        f"Annex III {number}({letter})": (
            {"areas": [area], f"a_{number}": [letter], "profiling": "yes"},
            {O.HIGH_ANNEX_III} | ({O.TRANSPARENCY_50_3} if number == 1 and letter in "bc" else set()),
            f"Annex III, {number}" + ("" if number == 2 else f"({letter})"),
        )
        for number, area, letters in (
            (1, "biometrics", "abc"),
            (2, "infrastructure", "a"),
            (3, "education", "abcd"),
            (4, "employment", "ab"),
            (5, "services", "abcd"),
            (6, "policing", "abcde"),
            (7, "borders", "abcd"),
            (8, "justice", "ab"),
        )
        for letter in letters
    },
    "Annex III in the area only": ({"areas": ["services"], "a_5": ["none"]}, {O.MINIMAL}, "Article 95"),
    "6(3) significant risk": (NARROW | {"significant": "yes"}, {O.HIGH_ANNEX_III}, "Annex III, 4(a)"),
    "6(3) none of the conditions": (NARROW | {"narrow": ["none"]}, {O.HIGH_ANNEX_III}, "Annex III, 4(a)"),
    **{
        f"6(3)({letter})": (NARROW | {"narrow": [letter]}, {O.EXEMPT_6_3}, f"Article 6(3)({letter})")
        for letter in "abcd"
    },
    "50(1)": ({"t_direct": "yes", "t_obvious": "no"}, {O.TRANSPARENCY_50_1}, "Article 50(1)"),
    "50(1) obvious": ({"t_direct": "yes", "t_obvious": "yes"}, {O.MINIMAL}, "Article 95"),
    "50(2)": ({"t_generates": "yes", "t_assists": "no"}, {O.TRANSPARENCY_50_2}, "Article 50(2)"),
    "50(2) assists": ({"t_generates": "yes", "t_assists": "yes"}, {O.MINIMAL}, "Article 95"),
    "50(3)": ({"t_senses": "yes"}, {O.TRANSPARENCY_50_3}, "Article 50(3)"),
    "50(4) deep fakes": ({"t_deep_fake": "yes"}, {O.TRANSPARENCY_50_4}, "Article 50(4), first part"),
    "50(4) texts": (
        {"t_public": "yes", "t_edited": "no"},
        {O.TRANSPARENCY_50_4},
        "Article 50(4), second part",
    ),
    "50(4) edited texts": ({"t_public": "yes", "t_edited": "yes"}, {O.MINIMAL}, "Article 95"),
    "53 own model": ({"g_model": "own"}, {O.GPAI}, "Article 53"),
    "53 changed model": ({"g_model": "tuned"}, {O.GPAI}, "Article 53"),
    "51(2)": ({"g_model": "own", "g_systemic": "yes"}, {O.GPAI, O.GPAI_SYSTEMIC}, "Article 51"),
    "Annex XII": ({"g_model": "integrates"}, {O.GPAI}, "Annex XII"),
    "95": ({}, {O.MINIMAL}, "Article 95"),
}


@pytest.mark.parametrize(("given", "outcomes", "article"), BRANCHES.values(), ids=BRANCHES)
def test_each_branch_of_the_act_is_found_with_its_article_and_the_answers_that_led_there(
    given, outcomes, article
):
    result = scored(**given)
    assert result.outcomes == outcomes
    found = next(each for each in result.found if each.article == article)
    assert found.applies, "it says from when it applies, or that it does not"
    assert {led.question for led in found.led_by} <= result.answers.keys()
    assert (not found.led_by) == (article == "Article 95")
    assert result.tier is ACT.tiers[found.outcome]
    assert result.rationale


@pytest.mark.parametrize(
    ("given", "article"),
    [
        (EMPLOYS | {"own_name": "yes", "profiling": "yes"}, "Article 25(1)(a)"),
        (EMPLOYS | {"modified": "yes", "profiling": "yes"}, "Article 25(1)(b)"),
        (EMPLOYS | {"new_purpose": "yes", "profiling": "yes"}, "Article 25(1)(c)"),
        (PRODUCT | {"roles": ["manufacturer"]}, "Article 25(3)"),
    ],
)
def test_the_role_turns_to_provider_where_the_system_is_high_risk(given, article):
    result = scored(**{"roles": ["deployer"]} | given)
    assert [each.article for each in result.roles if each.role == "provider"] == [article]
    assert "art_9" in {duty.id for duty in result.duties}
    harmless = {
        name: value for name, value in given.items() if name not in EMPLOYS | PRODUCT | {"profiling": ""}
    }
    assert "provider" not in {each.role for each in scored(**{"roles": ["deployer"]} | harmless).roles}


def _starts(result, duty):
    return [each.on for each in next(one for one in result.duties if one.id == duty).applies]


@pytest.mark.parametrize(
    ("given", "duty", "days"),
    [
        (EMPLOYS, "art_9", [date(2027, 12, 2)]),
        (EMPLOYS | {"placed": "before_2026_08"}, "art_9", [None]),
        (EMPLOYS | {"placed": "before_2026_08", "redesigned": "yes"}, "art_9", [date(2027, 12, 2)]),
        (EMPLOYS | {"placed": "before_2027_12", "for_authorities": "yes"}, "art_9", [date(2030, 8, 2)]),
        (EMPLOYS, "art_49", [date(2026, 8, 2), date(2027, 12, 2)]),
        (PRODUCT, "art_9", [date(2028, 8, 2)]),
        (PRODUCT | EMPLOYS, "art_9", [date(2028, 8, 2), date(2027, 12, 2)]),
        ({"t_generates": "yes", "t_assists": "no"}, "art_50_2", [date(2026, 8, 2)]),
        (
            {"t_generates": "yes", "t_assists": "no", "placed": "before_2026_08"},
            "art_50_2",
            [date(2026, 12, 2)],
        ),
        ({"t_direct": "yes", "t_obvious": "no", "placed": "before_2026_08"}, "art_50_1", [date(2026, 8, 2)]),
        ({"p_ba": "yes"}, "art_5", [date(2026, 12, 2)]),
        ({"p_a": "yes"}, "art_5", [date(2025, 2, 2)]),
        ({"g_model": "own", "g_old": "yes"}, "art_53_1_c", [date(2027, 8, 2)]),
        ({"g_model": "own", "placed": "before_2025_08"}, "art_53_1_c", [date(2025, 8, 2)]),
        ({"g_model": "integrates", "g_old": "yes"}, "annex_xii", [date(2027, 8, 2)]),
        (PRODUCT | {"i_section": "b"} | EMPLOYS, "art_9", [date(2027, 12, 2)]),
    ],
)
def test_a_duty_applies_from_the_days_of_articles_111_and_113(given, duty, days):
    assert _starts(scored(**{"roles": ["provider"], "profiling": "yes"} | given), duty) == days


@pytest.mark.parametrize(
    ("given", "owed"),
    [
        ({"roles": ["deployer"], "deployer_is": "private"} | EMPLOYS, False),
        ({"roles": ["deployer"], "deployer_is": "public_body"} | EMPLOYS, True),
        ({"roles": ["deployer"], "deployer_is": "private", "areas": ["services"], "a_5": ["b"]}, True),
        (
            {"roles": ["deployer"], "deployer_is": "public_body", "areas": ["infrastructure"], "a_2": ["a"]},
            False,
        ),
    ],
)
def test_article_27_is_owed_by_public_bodies_and_by_whoever_judges_credit_and_insurance(given, owed):
    assert ("art_27" in {duty.id for duty in scored(**{"profiling": "yes"} | given).duties}) is owed


DEPLOYS = {"roles": ["deployer"], "deployer_is": "private", "profiling": "yes"}
PUBLIC = DEPLOYS | {"deployer_is": "public_body"}
GRID = {"areas": ["infrastructure"], "a_2": ["a"], "profiling": "yes"}
BOTH = {"areas": ["infrastructure", "services"], "a_2": ["a"], "a_5": ["d"], "profiling": "yes"}


@pytest.mark.parametrize(
    ("given", "owed", "not_owed"),
    [
        (DEPLOYS | EMPLOYS, {"art_26_7"}, set()),
        (DEPLOYS | PRODUCT | {"at_work": "yes"}, {"art_26_7"}, set()),
        (DEPLOYS | PRODUCT | {"at_work": "no"}, set(), {"art_26_7"}),
        (DEPLOYS | {"areas": ["biometrics"], "a_1": ["c"], "at_work": "yes"}, {"art_26_7"}, set()),
        (DEPLOYS | PRODUCT | {"i_section": "b"}, set(), {"art_26_7"}),
        (GRID | {"roles": ["provider"]}, {"art_49_5"}, {"art_49"}),
        (BOTH | {"roles": ["provider"]}, {"art_49", "art_49_5"}, set()),
        (EMPLOYS | {"roles": ["provider"], "profiling": "yes"}, {"art_49"}, {"art_49_5"}),
        (PUBLIC | GRID, set(), {"art_26_8"}),
        (PUBLIC | EMPLOYS, {"art_26_8"}, set()),
    ],
)
def test_workers_are_told_and_registers_are_chosen_by_what_the_system_is(given, owed, not_owed):
    found = {duty.id for duty in scored(**given).duties}
    assert owed <= found
    assert not not_owed & found


def test_that_nothing_was_found_holds_from_the_general_application():
    (found,) = scored().found
    assert [each.on for each in found.applies] == [date(2026, 8, 2)]


def test_section_b_of_annex_i_brings_no_duties_of_its_own():
    duties = {duty.id for duty in scored(**PRODUCT | {"i_section": "b", "roles": ["provider"]}).duties}
    assert duties == {"art_4"}


def _answer(question):
    if question.kind is Kind.SEVERAL:
        alone = [[choice.value] for choice in question.choices if choice.alone]
        free = [choice.value for choice in question.choices if not choice.alone]
        some = st.lists(st.sampled_from(free), min_size=1, unique=True)
        return st.one_of(st.sampled_from(alone), some) if alone else some
    return st.sampled_from(question.values)


ANYTHING = st.fixed_dictionaries({each.id: _answer(each) for each in ACT.questions}).map(
    lambda drawn: drawn | {"jurisdictions": ["eu"], "infers": "yes", "autonomy": "yes", "fixed_rules": "no"}
)


@given(ANYTHING)
def test_profiling_defeats_every_exception(drawn):
    result = score(ACT, drawn | {"profiling": "yes"})
    assert Outcome.EXEMPT_6_3 not in result.outcomes


@given(ANYTHING)
def test_no_two_answers_of_one_run_say_otherwise_of_emotions_and_biometric_data(drawn):
    result = score(ACT, drawn)
    said = result.answers
    if "yes" in {said.get("p_f"), said.get("p_g")} or {"b", "c"} & {*said.get("a_1", ())}:
        assert "t_senses" not in said
        assert Outcome.TRANSPARENCY_50_3 in result.outcomes
    if "yes" in {said.get("p_h_allowed"), said.get("p_f_safety")}:
        assert {Outcome.HIGH_ANNEX_III, Outcome.EXEMPT_6_3} & result.outcomes


@given(ANYTHING, st.sampled_from(["p_a", "p_b", "p_ba", "p_bb", "p_c", "p_d", "p_e", "p_g"]))
def test_a_prohibited_answer_never_lowers_the_tier(drawn, which):
    before, after = score(ACT, drawn | {which: "no"}), score(ACT, drawn | {which: "yes"})
    assert TIERS.index(after.tier) >= TIERS.index(before.tier)


@given(ANYTHING, st.randoms(use_true_random=False))
def test_neither_the_order_of_answering_nor_answers_nobody_asked_for_change_anything(drawn, chance):
    result = score(ACT, drawn)
    names = [*drawn]
    chance.shuffle(names)
    assert score(ACT, {name: drawn[name] for name in names}) == result
    assert score(ACT, result.answers) == result


@given(ANYTHING, st.data())
def test_an_answer_that_is_lacking_is_never_taken_for_no(drawn, data):
    asked = score(ACT, drawn).answers
    lacking = data.draw(st.sampled_from(sorted(asked)))
    result = score(ACT, {name: value for name, value in drawn.items() if name != lacking})
    assert lacking in result.unanswered
    assert (result.found, result.duties, result.tier) == ((), (), None)


def test_a_question_says_which_answers_it_follows_from():
    (first,) = follows_from(ACT, ACT.question("p_f_safety"))
    assert (first.question, first.answer) == ("p_f", "Yes")


def test_answers_there_are_not_are_objected_to_and_change_nothing():
    given = {
        "areas": ["none", "justice"],
        "infers": "perhaps",
        "colour": "red",
        "roles": "provider",
        "p_a": ["yes"],
    }
    assert {each.field for each in problems_with_answers(ACT, given)} == given.keys()
    assert score(ACT, answers() | {"colour": "red"}) == score(ACT, answers())


@pytest.mark.parametrize(
    ("proposed", "before", "tier", "rationale", "lowered", "not_lowered"),
    [
        (Tier.LIMITED, None, Tier.LIMITED, "", [], []),
        (Tier.LIMITED, None, Tier.HIGH, "", ["rationale"], ["rationale"]),
        (Tier.LIMITED, None, Tier.HIGH, "It decides on claims.", [], []),
        (Tier.HIGH, None, Tier.LIMITED, "So.", [], ["tier"]),
        (Tier.MINIMAL, Tier.HIGH, Tier.MINIMAL, "So.", [], ["tier"]),
        (Tier.MINIMAL, Tier.HIGH, Tier.MINIMAL, "", ["rationale"], ["tier", "rationale"]),
        (Tier.MINIMAL, Tier.HIGH, Tier.LIMITED, "So.", [], ["tier"]),
        (Tier.HIGH, Tier.MINIMAL, Tier.HIGH, "", [], []),
    ],
)
def test_a_tier_is_raised_with_reasons_and_lowered_only_by_a_reviewer(
    proposed, before, tier, rationale, lowered, not_lowered
):
    stands = Before(before) if before else None
    for may_lower, objected in ((True, lowered), (False, not_lowered)):
        problems = problems_with_tier(proposed, stands, tier, rationale, may_lower=may_lower)
        assert [each.field for each in problems] == objected


@given(st.sampled_from(TIERS), st.sampled_from(TIERS))
def test_where_nobody_chooses_a_tier_it_is_never_lower_than_the_answers_or_the_tier_before(proposed, before):
    stands = Before(before, "CLS-0001", "It steers payouts.")
    tier, rationale = tier_set(proposed, stands, None, "")
    assert tier is max((proposed, before), key=TIERS.index)
    assert not problems_with_tier(proposed, stands, tier, rationale, may_lower=False)
    if tier is not proposed:
        assert rationale == "Carried over from CLS-0001: It steers payouts."
        assert tier_set(proposed, Before(tier, "CLS-0002", rationale), None, "") == (tier, rationale)


def test_a_condition_holds_fails_or_waits_for_an_answer():
    yes, other = Is("a", "yes"), Is("b", "x")
    assert holds(yes, {}) is False, "a question that is not asked has no answer"
    assert holds(Not(yes), {"a": None}) is None
    assert holds(Some((yes, other)), {"a": None, "b": ("x", "z")}) is True
    assert holds(Every((yes, other)), {"a": None, "b": "y"}) is False


def test_names_that_stand_for_one_another_twice_are_gone_through_once():
    known = {"a": "yes"}
    condition = Is("a", "yes")
    for _ in range(DEEPEST_BY_NAMES):
        condition = read_condition(
            {"all": [{"named": "it"}, {"not": {"not": {"named": "it"}}}]}, {"it": condition}
        )
        if condition.depth + 3 > DEEPEST_BY_NAMES:
            break
    assert holds(condition, known) is True
    assert [*led_by(condition, known)] == ["a"]
    assert [*asks_about(condition)] == [Is("a", "yes")]
    assert unknown_in(condition, {}) == ["no earlier question is called a"]
    with pytest.raises(ValueError, match="through the names"):
        read_condition({"all": [{"not": {"not": {"not": {"named": "it"}}}}]}, {"it": condition})


@pytest.mark.parametrize(
    "stated",
    [
        "a = 1",
        ["all"],
        {"all": []},
        {"equals": {"a": 1}},
        {"equals": {"a": "x"}, "not": {}},
        {"eval": "1"},
        {"named": "b"},
    ],
)
def test_what_is_no_condition_is_refused(stated):
    with pytest.raises(ValueError, match="condition"):
        read_condition(stated, {})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"extra": 1}, "extra"),
        ({"as_of": "yesterday"}, "no date"),
        ({"title": 5}, "title is a text"),
        ({"sections": [{"id": "scope", "title": "Scope", "explains": ["x"]}]}, "explains is a text"),
        ({"otherwise": content()["otherwise"] | {"says": None}}, "says is a text"),
        ({"id": "../etc"}, "no name"),
        ({"tiers": {"high": ["prohibited"]}}, "no tier for"),
        (
            {"duties": [{"id": "a", "article": "1", "title": "t", "says": "s", "roles": ["king"]}]},
            "nobody is a king",
        ),
        (
            {
                "questions": [
                    {
                        "id": "a",
                        "section": "scope",
                        "kind": "yes_no",
                        "text": "t",
                        "explains": "e",
                        "when": {"equals": {"z": "yes"}},
                    }
                ]
            },
            "no earlier question",
        ),
    ],
)
def test_a_questionnaire_that_does_not_fit_is_refused_with_the_reason(changes, says):
    with pytest.raises(ValueError, match=says):
        questionnaire_from(content() | changes)


def test_a_text_that_is_no_questionnaire_is_refused():
    for text in (
        "",
        "- 1",
        "a: *b",
        "&a [*a, *a]",
        "x: !!python/object:os.system {}",
        "[" * 90_000 + "]" * 90_000,
    ):
        with pytest.raises(ValueError, match="not a questionnaire"):
            read(text)


def _edition(name, day=date(2027, 1, 1), **changes):
    return replace(ACT, edition=name, effective_from=day, **changes)


def test_editions_follow_one_another_as_people_count():
    nine, ten = _edition("2027.9"), _edition("2027.10")
    assert in_force([ten, nine], date(2027, 1, 1)) is in_force([nine, ten], date(2027, 1, 1)) is ten
    assert in_force([ACT, ten, _edition("2026.2", date(2027, 6, 1))], date(2027, 1, 1)) is ten
    assert together([nine], [ours := _edition("2027.9", title="Ours")]) == [ours]


def test_an_edition_that_never_would_be_in_force_is_objected_to():
    today, there = date(2027, 2, 1), [ACT, _edition("2027.10")]
    for added, says in (
        (_edition("2027.9"), "never would be"),
        (_edition("2028.1", date(2026, 12, 1)), "never would be"),
        (_edition("2028.1", as_of=date(2027, 2, 2)), "future"),
        (_edition("2028.1", id="another-law"), "another-law"),
    ):
        (problem,) = problems_with_adding(added, there, today)
        assert says in problem
    assert not problems_with_adding(_edition("2027.11"), there, today)
    assert not problems_with_adding(_edition("2026.2", date(2027, 3, 1)), there, today)


def test_what_is_shipped_is_explained_and_carries_its_source():
    for each in shipped():
        assert each.source
        assert each.as_of
        assert all(nothing_in(question) for question in each.questions)
