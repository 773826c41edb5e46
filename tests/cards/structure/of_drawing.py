"""What is drawn and with which colours and fonts."""

import io
from typing import Any

from fontTools.ttLib import TTFont

from tests.cards.structure.opened import (
    Array,
    Dictionary,
    Opened,
    Problems,
    Stream,
    asked_by,
    unicode_map,
    words,
)

OPERATORS = words(
    "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID INLINE IMAGE j J K k l m M MP n q "
    "Q re RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \""
) | {"INLINE IMAGE"}
INTENTS = {"/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation"}
BLENDS = words(
    "/Normal /Compatible /Multiply /Screen /Overlay /Darken /Lighten /ColorDodge /ColorBurn /HardLight /SoftLight "
    "/Difference /Exclusion /Hue /Saturation /Color /Luminosity"
)
RESOURCES = {
    "Do": "/XObject",
    "gs": "/ExtGState",
    "Tf": "/Font",
    "cs": "/ColorSpace",
    "CS": "/ColorSpace",
    "sh": "/Shading",
}
PLAIN = {"/DeviceRGB", "/DeviceGray", "/Pattern"}


@asked_by("A 6.2.2", "A 6.1.13")
def pages_are_drawn_with_known_instructions_and_what_they_name_is_there(card: Opened) -> Problems:
    for sheet in card.sheets:
        if sheet.resources is None:
            yield f"{sheet.name} has no resources of its own"
            continue
        for each in sheet.drawn:
            if each.operator not in OPERATORS:
                yield f"{sheet.name} is drawn with {each.operator}"
            if each.depth > 28:
                yield f"{sheet.name} keeps more than 28 states"
            group = RESOURCES.get(each.operator)
            name = str(each.operands[0]) if group and each.operands else ""
            if group and name not in PLAIN and name not in sheet.resources.get(group, {}):
                yield f"{sheet.name} names {name}, which is not there"


@asked_by("A 6.2.3")
def one_embedded_profile_says_what_the_colours_are(card: Opened) -> Problems:
    intents = [each for each in card.root.get("/OutputIntents", []) if each.get("/S") == "/GTS_PDFA1"]
    if len(intents) != 1:
        yield f"there are {len(intents)} output intents"
        return
    (intent,) = intents
    if "/OutputConditionIdentifier" not in intent or "/DestOutputProfileRef" in intent:
        yield "the output intent is not named, or lies elsewhere"
    profile = intent.get("/DestOutputProfile")
    written = profile.read_bytes() if isinstance(profile, Stream) else b""
    if written[36:40] != b"acsp" or written[12:16] not in (b"mntr", b"prtr") or written[8:9] > b"\x04":
        yield "there is no profile of the ICC, of its fourth edition or an earlier"
    elif written[16:20] != b"RGB " or profile.get("/N") != 3:
        yield "the profile is not one of three colours"


@asked_by("A 6.2.4.1", "A 6.2.4.2", "A 6.2.4.3", "A 6.2.4.4")
def every_colour_is_one_the_profile_defines(card: Opened) -> Problems:
    for sheet in card.sheets:
        if any(each.operator in {"k", "K"} for each in sheet.drawn):
            yield f"{sheet.name} is painted in ink colours"
    for each in card.dictionaries:
        spaces = (
            list(dict(each.get("/ColorSpace", {})).values()) if "/Font" in each or "/XObject" in each else []
        )
        if each.get("/Subtype") == "/Image":
            spaces.append(each.ColorSpace)
        for space in spaces:
            yield from _defined(space)


def _defined(space: Any) -> Problems:
    kind = str(space[0]) if isinstance(space, Array) else str(space)
    if kind == "/ICCBased":
        if space[1].read_bytes()[36:40] != b"acsp":
            yield "a colour space is defined by no profile"
    elif kind == "/Lab":
        if len(space[1].get("/WhitePoint", [])) != 3:
            yield "a colour space has no white point"
    elif kind not in PLAIN:
        yield f"there is a colour space {kind}"


@asked_by("A 6.2.5", "A 6.2.6", "A 6.2.10")
def states_and_layers_blend_as_the_standard_says(card: Opened) -> Problems:
    for sheet in card.sheets:
        for each in sheet.drawn:
            if each.operator == "ri" and str(each.operands[0]) not in INTENTS:
                yield f"{sheet.name} has the intent {each.operands[0]}"
        for state in dict((sheet.resources or {}).get("/ExtGState", {})).values():
            if {"/TR", "/HTP", "/HT"} & set(state.keys()) or state.get("/TR2", "/Default") != "/Default":
                yield "a state has a transfer function or a halftone"
            modes = state.get("/BM", "/Normal")
            if not {str(one) for one in (modes if isinstance(modes, Array) else [modes])} <= BLENDS:
                yield f"layers are blended by {modes}"
            if str(state.get("/RI", "/Perceptual")) not in INTENTS:
                yield "a state has an intent nobody knows"
    for each in card.dictionaries:
        if each.get("/S") == "/Transparency" and "/CS" in each:
            yield from _defined(each.CS)


@asked_by("A 6.2.8", "A 6.2.9", "UA 7.20")
def pictures_and_forms_are_plain(card: Opened) -> Problems:
    for each in (one for one in card.dictionaries if isinstance(one, Stream)):
        keys = set(each.keys())
        if each.get("/Subtype") == "/PS" or {"/OPI", "/Ref", "/PS", "/Subtype2"} & keys:
            yield "a form refers outside the file, or is a program"
        if each.get("/Subtype") == "/Image" and ("/Alternates" in keys or each.get("/Interpolate")):
            yield "a picture has alternatives, or is smoothed"


@asked_by("A 6.2.11.2", "A 6.2.11.4.1", "UA 7.21.4.1")
def every_font_is_in_the_file(card: Opened) -> Problems:
    if not card.fonts:
        yield "there is no font"
    for font in card.fonts:
        descriptor = font.DescendantFonts[0].get("/FontDescriptor", Dictionary())
        if not any(isinstance(descriptor.get(key), Stream) for key in ("/FontFile2", "/FontFile3")):
            yield f"{font.BaseFont} is not embedded"
    for each in card.dictionaries:
        if each.get("/Type") == "/Font" and each.get("/Subtype") not in (
            "/Type0",
            "/CIDFontType0",
            "/CIDFontType2",
        ):
            yield f"there is a font of the kind {each.get('/Subtype')}"


@asked_by("A 6.2.11.3", "UA 7.21.3")
def codes_lead_to_glyphs_as_they_are_numbered(card: Opened) -> Problems:
    for font in card.fonts:
        inner = font.DescendantFonts[0]
        if font.get("/Encoding") not in ("/Identity-H", "/Identity-V") or "/CIDSystemInfo" not in inner:
            yield f"{font.BaseFont} is numbered otherwise"
        if inner.Subtype == "/CIDFontType2" and inner.get("/CIDToGIDMap") != "/Identity":
            yield f"{font.BaseFont} does not say which glyph a number is"


@asked_by("A 6.2.11.4.2", "UA 7.21.4.2")
def a_part_of_a_font_is_named_as_one(card: Opened) -> Problems:
    for font in card.fonts:
        tag, _, rest = str(font.BaseFont).removeprefix("/").partition("+")
        if not rest or len(tag) != 6 or not tag.isupper():
            yield f"{font.BaseFont} does not say that it is a part"
        if "/CIDSet" in font.DescendantFonts[0].FontDescriptor:
            yield f"{font.BaseFont} has a list of glyphs, which nothing here compares"


@asked_by("A 6.2.11.5", "UA 7.21.5")
def glyphs_are_as_wide_as_their_font_has_them(card: Opened) -> Problems:
    for font in card.fonts:
        widths, program = widths_of(font), program_of(font)
        if program is None:
            continue
        em, order = program["head"].unitsPerEm, program.getGlyphOrder()
        for code in card.codes.get(font.objgen, set()):
            if code >= len(order):
                yield f"{font.BaseFont} has no glyph {code}"
            elif abs(widths.get(code, 1_000) - program["hmtx"][order[code]][0] * 1000 / em) > 1:
                yield f"glyph {code} of {font.BaseFont} is stated as {widths.get(code)}"


def widths_of(font: Any) -> dict[int, float]:
    found: dict[int, float] = {}
    given = list(font.DescendantFonts[0].get("/W", []))
    for first, widths in zip(given[::2], given[1::2], strict=True):
        found |= {int(first) + at: float(each) for at, each in enumerate(widths)}
    return found


def program_of(font: Any) -> Any:
    descriptor = font.DescendantFonts[0].get("/FontDescriptor", Dictionary())
    file = descriptor.get("/FontFile2", descriptor.get("/FontFile3"))
    return None if file is None else TTFont(io.BytesIO(file.read_bytes()), lazy=True)


@asked_by("A 6.2.11.7.2", "A 6.2.11.7.3", "A 6.2.11.8", "UA 7.2", "UA 7.21.7", "UA 7.21.8")
def every_glyph_shown_can_be_read_as_text(card: Opened) -> Problems:
    for font in card.fonts:
        if "/ToUnicode" not in font:
            yield f"{font.BaseFont} does not say what its glyphs mean"
            continue
        said = unicode_map(font)
        for code in card.codes.get(font.objgen, set()):
            text = said.get(code, "")
            if code == 0 or not text:
                yield f"glyph {code} of {font.BaseFont} means nothing"
            elif any(each in "\0\ufeff\ufffe" or "\ue000" <= each <= "\uf8ff" for each in text):
                yield f"glyph {code} of {font.BaseFont} means {text!r}"
