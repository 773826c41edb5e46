"""The structure a screen reader follows: what is tagged, as what, in which language and with which words."""

import re
from typing import Any

from tests.cards.structure.opened import (
    Array,
    Dictionary,
    Element,
    Opened,
    Problems,
    asked_by,
    kids_of,
    words,
)

STANDARD = words(
    "Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6 L LI Lbl LBody Table "
    "TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Ruby Warichu Figure Formula Form"
)
HOLDS = {
    "L": {"L", "LI", "Caption"},
    "LI": {"Lbl", "LBody"},
    "Table": {"Caption", "THead", "TBody", "TFoot", "TR"},
    "THead": {"TR"},
    "TBody": {"TR"},
    "TFoot": {"TR"},
    "TR": {"TH", "TD"},
}
LIES_IN = {
    "LI": {"L"},
    "LBody": {"LI"},
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"},
    "TD": {"TR"},
    "THead": {"Table"},
    "TBody": {"Table"},
}
PAINTS = words("Tj TJ ' \" S s f F f* B B* b b* sh Do EI") | {"INLINE IMAGE"}
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


@asked_by("A 6.7.2", "UA 7.1")
def the_document_says_that_it_is_tagged(card: Opened) -> Problems:
    marks = card.root.get("/MarkInfo", {})
    if not marks.get("/Marked") or marks.get("/Suspects"):
        yield "the document is not marked as tagged, or doubts it"


@asked_by("A 6.7.3", "UA 7.1")
def one_tree_holds_the_structure(card: Opened) -> Problems:
    tree = card.root.get("/StructTreeRoot")
    if tree is None or not card.elements:
        yield "there is no structure"
        return
    if [each.kind for each in card.elements if each.parent is None] != ["Document"]:
        yield "the structure does not begin with one document"
    for each in card.elements:
        above = each.parent.obj if each.parent else tree
        if each.obj.get("/P", Dictionary()).objgen != above.objgen:
            yield f"a {each.kind} does not know what it is part of"
    named = {str(each.obj.ID) for each in card.elements if "/ID" in each.obj}
    listed = {str(each) for each in list(tree.get("/IDTree", Dictionary()).get("/Names", []))[::2]}
    if named != listed:
        yield "elements are named that the tree does not list"
    if len(named) != sum("/ID" in each.obj for each in card.elements):
        yield "two elements have one name"


@asked_by("A 6.7.3", "UA 7.1")
def every_element_is_of_a_standard_kind(card: Opened) -> Problems:
    for each in card.elements:
        if each.kind not in STANDARD:
            yield f"there is an element of the kind {each.kind}"
    for key in card.root.StructTreeRoot.get("/RoleMap", {}):
        if key.removeprefix("/") in STANDARD:
            yield f"{key} is given another meaning"


@asked_by("A 6.7.3", "UA 7.1", "UA 7.8", "UA 7.20")
def all_that_is_drawn_is_in_the_structure_or_said_to_be_decoration(card: Opened) -> Problems:
    reached = {each.obj.objgen for each in card.elements}
    for sheet in card.sheets:
        if sheet.name.startswith("form"):
            if any(isinstance(each.mark, int) for each in sheet.drawn):
                yield f"{sheet.name} is marked within the mark around it"
            continue
        numbers = card.parents.get(int(sheet.obj.get("/StructParents", -1)), Array())
        for each in sheet.drawn:
            if each.operator not in PAINTS:
                continue
            if each.mark is None:
                yield f"{sheet.name} has something that is neither in the structure nor decoration"
            elif isinstance(each.mark, int) and not _stands(numbers, each.mark, reached):
                yield f"{sheet.name} has mark {each.mark}, which hangs from nothing"


def _stands(numbers: Any, mark: int, reached: set[tuple[int, int]]) -> bool:
    element = numbers[mark] if mark < len(numbers) else None
    if not isinstance(element, Dictionary) or element.objgen not in reached:
        return False
    return mark in [each for each in kids_of(element) if not isinstance(each, Dictionary)]


@asked_by("UA 7.1")
def decoration_and_structure_do_not_lie_in_one_another(card: Opened) -> Problems:
    for sheet in card.sheets:
        around: list[Any] = []
        for each in sheet.drawn:
            if each.operator in {"BMC", "BDC"}:
                if each.operands[0] == "/Artifact" and any(isinstance(one, int) for one in around):
                    yield f"{sheet.name} has decoration inside the structure"
                if isinstance(each.mark, int) and "artifact" in around:
                    yield f"{sheet.name} has structure inside decoration"
                around.append(each.mark)
            elif each.operator == "EMC":
                around.pop()


@asked_by("A 6.7.4", "UA 7.2")
def the_language_is_stated(card: Opened) -> Problems:
    said = [card.root.get("/Lang"), *(each.obj.Lang for each in card.elements if "/Lang" in each.obj)]
    for each in said:
        if each is None or not LANGUAGE.fullmatch(str(each)):
            yield f"the language is {each}"


@asked_by("UA 7.4.2", "UA 7.4.4")
def headings_begin_with_the_first_and_skip_none(card: Opened) -> Problems:
    if card.of_kind("H"):
        yield "there is a heading without a level"
    before = 0
    for each in (one for one in card.elements if re.fullmatch("H[1-6]", one.kind)):
        level = int(each.kind[1])
        if level > before + 1:
            yield f"a heading of level {level} follows one of level {before}"
        if not list(each.below("Span")) and not kids_of(each.obj):
            yield "a heading is empty"
        before = level
    if not before:
        yield "there is no heading"


@asked_by("UA 7.5", "UA 7.2")
def tables_hold_rows_of_one_length(card: Opened) -> Problems:
    yield from _nesting(card, {"Table", "THead", "TBody", "TFoot", "TR", "TH", "TD"})
    for table in card.of_kind("Table"):
        kinds = [each.kind for each in table.kids]
        if "Caption" in kinds[1:-1] or kinds.count("Caption") > 1 or kinds.count("THead") > 1:
            yield "a table has its caption or its head in the middle, or twice"
        free: dict[int, int] = {}
        lengths = set()
        for at, row in enumerate(table.below("TR")):
            wide = free.pop(at, 0)
            for cell in row.kids:
                columns = int(cell.attribute("/ColSpan") or 1)
                wide += columns
                for more in range(1, int(cell.attribute("/RowSpan") or 1)):
                    free[at + more] = free.get(at + more, 0) + columns
            lengths.add(wide)
        if len(lengths) != 1:
            yield f"a table has rows of {sorted(lengths)} cells"


@asked_by("UA 7.5")
def the_head_of_each_cell_can_be_found(card: Opened) -> Problems:
    named = {str(each.obj.get("/ID", "")) for each in card.of_kind("TH")}
    for each in card.of_kind("TH"):
        if str(each.attribute("/Scope")) not in {"/Row", "/Column", "/Both"}:
            yield "a head does not say what it is the head of"
    for each in card.of_kind("TD"):
        if not {str(one) for one in each.attribute("/Headers") or []} <= named:
            yield "a cell names a head that is not there"
    for table in card.of_kind("Table"):
        if not list(table.below("TH")):
            yield "a table has no heads"


@asked_by("UA 7.6")
def lists_hold_items_and_say_how_they_are_numbered(card: Opened) -> Problems:
    yield from _nesting(card, {"L", "LI", "LBody"})
    for each in card.of_kind("L"):
        labelled = any(kid.kind == "Lbl" for item in each.kids for kid in item.kids)
        if labelled and str(each.attribute("/ListNumbering")) not in {
            "/Disc",
            "/Circle",
            "/Square",
            "/Decimal",
        }:
            yield "a list has labels and does not say of which kind"


def _nesting(card: Opened, kinds: set[str]) -> Problems:
    for each in card.elements:
        if each.kind in kinds & HOLDS.keys():
            for kid in each.kids:
                if kid.kind not in HOLDS[each.kind]:
                    yield f"a {each.kind} holds a {kid.kind}"
        if each.kind in kinds & LIES_IN.keys() and _kind(each.parent) not in LIES_IN[each.kind]:
            yield f"a {each.kind} lies in a {_kind(each.parent)}"


def _kind(element: Element | None) -> str:
    return element.kind if element else ""


@asked_by("A 6.7.5", "UA 7.3")
def figures_say_in_words_what_they_show_and_where_they_are(card: Opened) -> Problems:
    sizes = {page.objgen: [float(each) for each in page.MediaBox] for page in card.pdf.pages}
    for each in card.of_kind("Figure", "Formula"):
        if not str(each.obj.get("/Alt", each.obj.get("/ActualText", ""))).strip():
            yield "a figure has no words"
        box = [float(one) for one in each.attribute("/BBox") or []]
        page = sizes.get(each.obj.get("/Pg", Dictionary()).objgen)
        if len(box) != 4 or page is None:
            yield "a figure does not say where it is"
        elif not (page[0] <= box[0] < box[2] <= page[2] and page[1] <= box[1] < box[3] <= page[3]):
            yield "a figure says that it is outside its page"


@asked_by("UA 7.7", "UA 7.9", "UA 7.12", "UA 7.18.6")
def there_is_nothing_the_cards_have_no_use_for(card: Opened) -> Problems:
    for each in card.of_kind("Formula", "Note", "TOC", "Ruby", "Warichu"):
        yield f"there is an element of the kind {each.kind}"
    if "/Threads" in card.root:
        yield "there are threads"
    if any(each.get("/S") == "/MCD" for each in card.dictionaries):
        yield "there is a media clip"


@asked_by("A 6.3.1", "A 6.3.2", "A 6.3.3", "UA 7.18.1", "UA 7.18.2", "UA 7.18.4", "UA 7.18.8")
def annotations_are_links_and_are_printed(card: Opened) -> Problems:
    for page, each in card.annotations:
        kind, flags, box = each.get("/Subtype"), int(each.get("/F", 0)), [float(one) for one in each.Rect]
        if kind not in ("/Link", "/Widget"):
            yield f"there is an annotation of the kind {kind}"
        if not flags & 4 or flags & 0b100100011:
            yield "an annotation is hidden, or left out in print"
        if kind == "/Widget":
            left, bottom, right, top = (float(one) for one in page.MediaBox)
            outside = box[2] < left or box[0] > right or box[3] < bottom or box[1] > top
            if box[0] != box[2] or box[1] != box[3] or not outside:
                yield "a field can be seen and stands in no form of the structure"
            if not str(each.get("/TU", "")):
                yield "a field does not say in words what it is"


@asked_by("UA 7.18.3")
def the_keyboard_follows_the_structure(card: Opened) -> Problems:
    for page in card.pdf.pages:
        if page.get("/Tabs") != "/S":
            yield "on a page the keyboard goes another way"


@asked_by("UA 7.18.5")
def links_are_tagged_and_say_where_they_lead(card: Opened) -> Problems:
    inside = {
        kid.Obj.objgen: each.kind
        for each in card.elements
        for kid in kids_of(each.obj)
        if isinstance(kid, Dictionary) and kid.get("/Type") == "/OBJR"
    }
    for _, each in card.annotations:
        if each.get("/Subtype") != "/Link":
            continue
        above = card.parents.get(int(each.get("/StructParent", -1)))
        if inside.get(each.objgen) != "Link" or above is None or above.S != "/Link":
            yield "a link is not in the structure as one"
        if not str(each.get("/Contents", "")).strip():
            yield "a link does not say where it leads"


@asked_by("UA 7.17")
def bookmarks_lead_through_the_document(card: Opened) -> Problems:
    pages = {page.objgen for page in card.pdf.pages}
    with card.pdf.open_outline() as outline:
        waiting = list(outline.root)
    if not waiting:
        yield "there are no bookmarks"
    while waiting:
        each = waiting.pop()
        waiting += each.children
        if not each.title or each.destination is None or each.destination[0].objgen not in pages:
            yield "a bookmark has no title or leads nowhere"
