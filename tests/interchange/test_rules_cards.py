"""Model cards that others wrote: recognised, accounted for entry by entry, or refused in words."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.cards.render.exports import FORMS
from registry.data_sources.rules.sources import Purpose
from registry.interchange.queries.cards import read_card
from registry.interchange.rules.cards.sections import sections
from registry.interchange.rules.cards.shapes import MOST_BYTES, Became, CardRefused
from registry.kernel.prose import problems_with_prose
from registry.systems.rules.record import SystemFacts, problems_with
from tests.cards.sample import full

DATASET = (
    "This is the card of a data set and not of a model. Add it to the catalogue of data sources instead."
)
NEITHER = (
    "The JSON is neither a Model Card Toolkit card (model_details) nor a CycloneDX bill of materials (bomFormat) nor the "
    "configuration of a model (model_type)."
)
TEMPLATE = "This is a template that nobody has filled in. Fill it in and try again."
REFUSED = {
    "modelcard_template.md": TEMPLATE,
    "sample_template.md": TEMPLATE,
    "sample_datasetcard_template.md": (
        "This is a template that nobody has filled in. Import the card once its places are filled."
    ),
    "sample_datasetcard_simple.md": DATASET,
    "sample_invalid_card_data.md": (
        "The header between the two lines --- is not names with values. Put it right, or leave it out."
    ),
    "schema_v0.0.1.json": NEITHER,
    "schema_v0.0.2.json": NEITHER,
}
NAMES = {
    "sample_invalid_model_index.md": "Invalid Model Index",
    "sample_no_metadata.md": "MyCoolModel",
    "sample_simple.md": "my-cool-model",
    "sample_simple_model_index.md": "my-cool-model",
    "sample_windows_line_breaks.md": "Hello old Windows line breaks",
    "hf_dehatebert-mono-arabic_README.md": "hf dehatebert-mono-arabic README",
    "openai_CLIP_model-card.md": "CLIP",
    "openai_whisper_model-card.md": "Whisper",
    "cats_vs_dogs_v0_0_1.json": "Fine-tuned MobileNetV2 Model for Cat vs. Dogs",
    "cats_vs_dogs_v0_0_2.json": "Fine-tuned MobileNetV2 Model for Cat vs. Dogs",
    "considerations.json": "train and eval model",
    "full.json": "name",
    "train_data.json": "train-only model",
    "valid-machine-learning-1.5.json": "CompVis/stable-diffusion",
    "valid-machine-learning-1.6.json": "CompVis/stable-diffusion",
    "valid-machine-learning-considerations-env-1.6.json": "meta-llama/Llama-2-7b",
}
realdata = pytest.mark.skipif(
    "REGISTRY_REAL_DATA" not in os.environ, reason="REGISTRY_REAL_DATA names no folder of real data"
)


def read(name):
    root = Path(os.environ["REGISTRY_REAL_DATA"])
    [found] = [*(root / "model_cards").rglob(name), *(root / "cyclonedx").glob(name)]
    return read_card(found.read_bytes(), found.name)


def of_text(text, name="card.md"):
    return read_card(text.encode(), name)


def refusal(text):
    with pytest.raises(CardRefused) as refused:
        of_text(text)
    [problem] = refused.value.problems
    return problem.message


def may_be_stored(draft):
    """Whether nothing but what a person must add stands between the draft and the register."""
    left = {problem.field for problem in problems_with(draft.facts)}
    assert left <= {"unit_id", "name", "summary"}
    assert [problems_with_prose(note) for note in draft.notes] == [[]] * len(draft.notes)
    assert not any(
        problems_with_prose(text) for text in (draft.objective.problem, draft.objective.stop_condition)
    )
    return left


@pytest.mark.realdata
@realdata
def test_every_card_at_hand_is_imported_or_refused_with_its_reason():
    root = Path(os.environ["REGISTRY_REAL_DATA"])
    files = [path for path in (root / "model_cards").rglob("*") if path.is_file()]
    files += (root / "cyclonedx").glob("valid-*.json")
    names, reasons = {}, {}
    for file in files:
        try:
            draft = read_card(file.read_bytes(), file.name)
        except CardRefused as refused:
            reasons[file.name] = refused.problems[0].message
        else:
            may_be_stored(draft)
            assert draft.report
            names[file.name] = draft.facts.name
    assert reasons == REFUSED
    assert names == NAMES


@pytest.mark.realdata
@realdata
def test_the_two_versions_of_the_toolkit_say_the_same_of_the_same_model():
    old, new = read("cats_vs_dogs_v0_0_1.json"), read("cats_vs_dogs_v0_0_2.json")
    assert (old.format, new.format) == ("Model Card Toolkit card 0.0.1", "Model Card Toolkit card 0.0.2")
    assert old.facts == new.facts
    assert (
        "| accuracy | 0.9932885766029358 | cat; threshold 0.5 | 0.9832885766 to 1.0032885766 |"
        in old.notes[0]
    )
    assert "Apache-2.0" in new.notes[0]
    assert [link.url for link in new.facts.links] == [
        "https://www.kaggle.com/c/dogs-vs-cats",
        "https://arxiv.org/abs/1801.04381",
    ]


@pytest.mark.realdata
@realdata
def test_a_published_card_is_told_apart_by_its_headings():
    draft = read("openai_CLIP_model-card.md")
    facts = draft.facts
    assert "research output" in facts.intended_use
    assert facts.out_of_scope.startswith("**Any** deployed use case")
    assert facts.known_limitations.startswith("CLIP and our analysis of it have a number of limitations.")
    # What was measured is no limitation, though both stand under "Performance and Limitations".
    assert "### Performance\n\nWe have evaluated" in draft.notes[0]


def test_a_hugging_face_header_becomes_data_languages_and_stated_results():
    draft = of_text(
        "---\r\nlanguage: [en, de]\r\nlicense: mit\r\ndatasets: beans\r\nmodel-index:\r\n- name: m\r\n  results:\r\n"
        "  - task: {type: image-classification}\r\n    dataset: {type: beans, name: Beans, split: test}\r\n"
        "    metrics: [{type: accuracy, value: 0.9}, {type: f1, value: .nan}]\r\n---\r\n\r\n# Leaf doctor\r\n\r\n"
        "Finds ill leaves. It is quick.\r\n\r\n## Uses\r\n\r\n### Direct Use\r\n\r\nGardens.\r\n\r\n"
        "### Out-of-Scope Use\r\n\r\nFood.\r\n\r\n## Bias, Risks, and Limitations\r\n\r\nDark pictures.\r\n"
    )
    facts = draft.facts
    assert (facts.name, facts.summary, facts.regions) == (
        "Leaf doctor",
        "Finds ill leaves. It is quick.",
        "en; de",
    )
    assert (facts.intended_use, facts.out_of_scope, facts.known_limitations) == (
        "Gardens.",
        "Food.",
        "Dark pictures.",
    )
    assert [(each.name, each.purpose) for each in draft.sources] == [("beans", Purpose.TRAINING)]
    [note] = draft.notes
    assert "### Licence\n\nmit" in note
    assert "| accuracy | 0.9 | image-classification, Beans, test |  |" in note
    # A card has no say over who answers, what was measured, or how far the system has come.
    assert facts == SystemFacts(
        "Leaf doctor",
        "Finds ill leaves. It is quick.",
        description="Finds ill leaves. It is quick.",
        intended_use="Gardens.",
        out_of_scope="Food.",
        known_limitations="Dark pictures.",
        regions="en; de",
    )


CONFIG = {
    "_name_or_path": "distilbert-base-uncased",
    "architectures": ["DistilBertForSequenceClassification"],
    "model_type": "distilbert",
    "problem_type": "single_label_classification",
    "id2label": {"0": "negative", "1": "positive"},
    "label2id": {"negative": 0, "positive": 1},
    "max_position_embeddings": 512,
    "vocab_size": 30522,
    "dim": 768,
    "dropout": 0.1,
    "torch_dtype": "float32",
    "transformers_version": "4.30.0",
    "quantization_config": {"quant_method": "gptq", "bits": 4},
}


def test_the_configuration_beside_a_card_says_how_its_model_is_built():
    draft = read_card(b"# Mood\n\nTells how letters sound.\n", "README.md", json.dumps(CONFIG).encode())
    assert (draft.facts.name, draft.facts.summary) == ("Mood", "Tells how letters sound.")
    assert draft.facts.technique == "DistilBertForSequenceClassification; distilbert"
    told = "\n".join(draft.notes)
    for part in (
        "single label classification",
        "distilbert-base-uncased",
        "negative, positive",
        "Longest input, in tokens: 512",
        "float32",
        "gptq",
        "transformers 4.30.0",
    ):
        assert part in told
    [left] = [line for line in draft.of(Became.NOTHING) if line.place == "config.json"]
    assert left.says.startswith("2 further settings")


def test_a_configuration_alone_leaves_name_and_purpose_to_a_person():
    draft = read_card(
        json.dumps(CONFIG | {"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}).encode(), "config.json"
    )
    assert (draft.facts.name, draft.facts.summary) == ("", "")
    assert "2, without names" in "\n".join(draft.notes)
    card = b"# Mood\n"
    for beside, says in (
        (b"[]", "no config.json"),
        (b'{"a": 1}', "no config.json"),
        (b"{", "not valid JSON"),
        (b"\xff", "UTF-8"),
        (b'{"model_type": NaN}', "NaN"),
    ):
        with pytest.raises(CardRefused, match=says):
            read_card(card, "README.md", beside)
    with pytest.raises(CardRefused, match="beside a card in Markdown"):
        read_card(json.dumps(CONFIG).encode(), "config.json", json.dumps(CONFIG).encode())
    odd = {"model_type": ["x"], "architectures": "Bert", "id2label": [1], "quantization_config": "yes"}
    draft = read_card(card, "README.md", json.dumps(odd).encode())
    assert draft.facts.technique == ""
    assert len(draft.of(Became.NOTHING)) >= 3


def test_a_heading_within_a_block_of_code_is_none_and_what_a_template_left_open_is_gone():
    found = sections(
        "# A\n```\n# no heading\n```\n<!-- # nor this -->\n## B\n- **By:** [More Information Needed]\nText\n"
    )
    assert [(each.level, each.title, each.text) for each in found] == [
        (0, "", ""),
        (1, "A", "```\n# no heading\n```"),
        (2, "B", "Text"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The file is empty."),
        ('{"model_details": {"name": NaN}}', "NaN is no number."),
        ('{"model_details": {"name": "a", "name": "b"}}', "gives “name” twice"),
        ("{" * 3, "not valid JSON"),
        ('{"a":' * 40 + "1" + "}" * 40, "nested more than 32 deep"),
        ('{"a":' * 20_000, "nested more than 32 deep"),
        ('{"model_details": 1' + "0" * 60 + "}", "longer than any measurement"),
        ('{"schema_version": "1.0", "model_details": {}}', "versions 0.0.1 and 0.0.2"),
        ('{"bomFormat": "CycloneDX", "specVersion": "1.4"}', "versions 1.5 and 1.6; this file names 1.4"),
        (
            '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}',
            "no component of type machine-learning",
        ),
        ("---\na: &a [1]\nb: [*a, *c]\n---\n# A", "refers to itself or to a name it has not given"),
        ("---\na: [\n---\n# A", "not valid YAML"),
        ("---\n" + "- " * 100 + "a\n---\n", "nested too deeply"),
        ("a\0b", "signs that are no text"),
        ("x" * (MOST_BYTES + 1), "up to 256 kB"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text, says):
    assert says in refusal(text)


def test_a_bomb_of_references_is_refused():
    bomb = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9 if n else ['x'] * 9)}]" for n in range(9))
    assert "by reference more often" in refusal(f"---\n{bomb}\n---\n# A")


def test_several_models_in_one_file_are_left_to_a_person():
    models = [{"type": "machine-learning-model", "name": name} for name in ("a", "b")]
    document = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": models}
    assert "describes 2 models (a and b)" in refusal(json.dumps(document))


def test_what_this_registry_writes_it_reads_back():
    facts = full()
    bom = read_card(FORMS["cyclonedx"].make(facts), "card.cdx.json")
    assert bom.facts.name == "Claims triage"
    assert bom.facts.intended_use == facts.use.intended
    assert bom.facts.out_of_scope == facts.use.out_of_scope
    assert bom.facts.oversight_plan == facts.use.oversight_plan
    assert bom.facts.known_limitations == facts.use.known_limitations
    assert bom.objective.problem == facts.objective.problem
    assert bom.objective.stop_condition == facts.objective.stop_condition
    assert bom.facts.vendor_name == "Northwind Models"
    assert [(each.name, each.purpose, each.is_personal) for each in bom.sources] == [
        ("Claims ledger", Purpose.TRAINING, True),
        ("Claims ledger", Purpose.OPERATIONAL_INPUT, True),
    ]
    toolkit = read_card(FORMS["model-card-toolkit"].make(facts), "card.mct.json")
    assert toolkit.facts.out_of_scope == facts.use.out_of_scope
    assert toolkit.facts.affected_people == facts.use.affected_people
    text = read_card(FORMS["markdown"].make(facts), "card.md")
    assert text.facts.name == "Claims triage"


def test_what_is_of_the_wrong_kind_is_told_and_the_rest_is_taken():
    draft = of_text(
        json.dumps(
            {
                "schema_version": "0.0.2",
                "model_details": {"name": ["a"], "overview": "It sorts.", "licenses": "MIT", "colour": "red"},
                "considerations": {"users": ["Clerks"]},
            }
        )
    )
    assert draft.facts.summary == "It sorts."
    assert {line.place: line.says for line in draft.of(Became.NOTHING)} == {
        "model_details.name": "It should be a text and is not.",
        "model_details.licenses": "It should be a list and is not.",
        "model_details.colour": "The registry knows no entry of this name in such a card.",
        "considerations.users.0": "It is not the kind of entry this format holds there.",
    }


def test_a_text_too_long_for_its_field_stands_whole_in_a_note():
    architecture = "Layers upon layers. " * 60
    document = {"model_details": {"name": "A", "overview": "B."}, "model_parameters": {}}
    document["model_parameters"]["model_architecture"] = architecture
    draft = of_text(json.dumps(document))
    assert len(draft.facts.technique) <= 300
    assert architecture.strip() in draft.notes[0]
    assert may_be_stored(draft) == {"unit_id"}


def test_of_tens_of_thousands_of_entries_the_first_are_taken_and_the_rest_is_counted():
    # Each entry is compared with those before it: without an end to that, one file would keep a server busy for minutes.
    users = {
        "model_details": {"name": "A"},
        "considerations": {"users": [{"description": str(n)} for n in range(4_000)]},
    }
    owners = {"model_details": {"name": "A", "owners": [{"name": str(n)} for n in range(4_000)]}}
    for document in (users, owners):
        draft = of_text(json.dumps(document))
        may_be_stored(draft)
        assert len(draft.report) == 401
        assert draft.report[-1].says == "3,601 more are not listed one by one."
    assert draft.facts.users == ""
    # What is of one kind stands under one heading.
    [note] = draft.notes
    assert note.count("### Owners the card names") == 1


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 10**9), st.text(st.characters(), max_size=40)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "data",
                    "users",
                    "a\ud800",
                    "licenses",
                    "version",
                    "owners",
                    "type",
                    "components",
                    "modelCard",
                ]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=12,
)
HOSTILE = st.one_of(
    st.fixed_dictionaries({"model_details": VALUES, "model_parameters": VALUES, "considerations": VALUES}),
    st.fixed_dictionaries(
        {
            "bomFormat": st.just("CycloneDX"),
            "specVersion": st.just("1.6"),
            "components": st.lists(
                st.fixed_dictionaries(
                    {
                        "type": st.just("machine-learning-model"),
                        "name": VALUES,
                        "modelCard": VALUES,
                        "licenses": VALUES,
                    }
                ),
                max_size=1,
            ),
        }
    ),
)


@given(
    HOSTILE.map(json.dumps)
    | st.text(max_size=200)
    | st.text(max_size=80).map(lambda text: f"---\n{text}\n---\n# A")
)
def test_whatever_a_file_holds_it_is_refused_or_becomes_a_draft_that_may_be_stored(text):
    try:
        draft = of_text(text)
    except CardRefused:
        return
    may_be_stored(draft)
