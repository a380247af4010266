"""What the names of listings say about variations: plain functions on texts."""
import re
from typing import NamedTuple

COLOUR, SIZE, OTHER, SECOND = "Colour", "Size", "Variant", "Variant 2"
LONGEST_TAIL = 4  # words at the end of a name that may tell variations apart
COLOURS = frozenset("""
    aqua beige black blue bronze brown burgundy camel champagne charcoal chocolate copper coral cream denim emerald fuchsia
    gold graphite gray green grey indigo ivory khaki lavender lemon lilac lime magenta maroon mauve mint multicolour mustard
    natural navy nude oatmeal ochre olive orange peach pink plum purple red rose ruby rust sage salmon sand sapphire scarlet
    silver slate stone tan taupe teal terracotta turquoise violet walnut white wine yellow
""".split())
SHADES = frozenset("bright dark deep light matt matte metallic midnight mid neon off pale pastel royal sky soft".split())
SIZES = frozenset("""
    xxs xs s m l xl xxl xxxl 2xl 3xl 4xl 5xl small medium large x-small x-large xx-large xxx-large mini midi maxi
    single double king queen super-king one-size
""".split())
UNITS = frozenset("""
    mm cm m metre metres ft inch inches l ml cl litre litres g kg oz w v mah gb tb year years month months yrs mths
""".split())
LEADS = frozenset("uk eu us size age ages aged".split())
_PAIRS = (('extra', 'small'), ('extra', 'large'), ('one', 'size'), ('super', 'king'))
_NUMBER = re.compile(r'\d+([.,/x×-]\d+)*"?')
_MEASURE = re.compile(rf'\d+([.,x×-]\d+)*({"|".join(sorted(UNITS, key=len, reverse=True))})')
_EDGE = ' \t()[]{},;:/|–—-'
_BREAK = re.compile(r'\s+[-–—/|]\s+|\s*[,;|/]\s+')


class Part(NamedTuple):
    """A piece of a name that tells variations apart.

    :param str kind: ``COLOUR``, ``SIZE``, or '' when it is neither
    """

    kind: str
    text: str


class Proposal(NamedTuple):
    """How names could become one product.

    :param str name: what they have in common
    :param list attributes: one or two names, none when nothing tells them apart
    :param list values: of each name, as many texts as attributes; '' where one is missing
    """

    name: str
    attributes: list
    values: list


def propose(names):
    """Return the Proposal of names that belong together.

    :param list names: at least one
    """
    split = [name.split() for name in names]
    start, end = _common_ends(split)
    common = ' '.join([*split[0][:start], *(split[0][len(split[0]) - end:])])
    tails = [' '.join(words[start:len(words) - end]) for words in split]
    attributes, values, kept = _columns([_parts(tail) for tail in tails], tails)
    return Proposal(_clean(' '.join(filter(None, (_clean(common), kept)))), attributes, values)


def stem(name):
    """Return what is left of a name without the colours and sizes at its end.

    :param str name: of a listing
    :return: '' if it does not end in any, or if less than two words are left
    """
    words = name.split()
    for start in range(max(1, len(words) - LONGEST_TAIL), len(words)):
        if _clean(words[start]) and all(part.kind for part in _parts(' '.join(words[start:]))):
            return _clean(' '.join(words[:start])) if start > 1 else ''
    return ''


def all_but_last(name):
    """Return a name without its last word; '' if it has fewer than four."""
    words = name.split()
    return _clean(' '.join(words[:-1])) if len(words) > 3 else ''


def _common_ends(split):
    """Return how many words the names begin and end with in common.

    What belongs to a value stays with it: "UK 8" and "UK 9", "2 m" and "3 m", "Navy Blue" and "Sky Blue".

    :param list split: lists of words
    """
    shortest = min(map(len, split))
    start = 0
    while start < shortest and len({words[start].casefold() for words in split}) == 1:
        start += 1
    end = 0
    while end < shortest - start and len({words[-1 - end].casefold() for words in split}) == 1:
        end += 1
    while start and start < max(map(len, split)) - end and _joins(split[0][start - 1]):
        start -= 1
    while end and _follows(split[0][len(split[0]) - end]):
        end -= 1
    return start, end


def _joins(word):
    """Tell whether a word belongs to the value that follows it."""
    return _clean(word).casefold() in LEADS | SHADES


def _follows(word):
    """Tell whether a word belongs to the value before it."""
    word = _clean(word).casefold()
    return word in UNITS or word in COLOURS


def _parts(text):
    """Return a text as a list of Part, the words that belong together in one."""
    parts = []
    words = [word for word in map(_clean, text.split()) if word]
    while words:
        length, kind = _first_value(words)
        if kind or not parts or parts[-1].kind:
            parts.append(Part(kind, ' '.join(words[:length])))
        else:
            parts[-1] = Part('', f'{parts[-1].text} {words[0]}')
        words = words[length:]
    return [Part(part.kind, _without_lead(part.text)) for part in parts]


def _first_value(words):
    """Return how many of the words make the first value, and its kind; one word that is none counts by itself."""
    low = [word.casefold() for word in words]
    if tuple(low[:2]) in _PAIRS:
        return 2, SIZE
    lead = 1 if low[0] in LEADS and len(low) > 1 else 0
    if lead or low[0] in SIZES or _NUMBER.fullmatch(low[0]) or _MEASURE.fullmatch(low[0]):
        length = _size_length(low[lead:])
        if length:
            return lead + length, SIZE
    shades = 1 if low[0] in SHADES else 0
    colours = 0
    while shades + colours < len(low) and low[shades + colours] in COLOURS and colours < 2:
        colours += 1
    return (shades + colours, COLOUR) if colours else (1, '')


def _size_length(low):
    """Return how many of the words are a size: a word, a number, or a number and its unit."""
    if low[0] in SIZES or _MEASURE.fullmatch(low[0]):
        return 1
    if not _NUMBER.fullmatch(low[0]):
        return 0
    return 2 if len(low) > 1 and low[1] in UNITS else 1


def _without_lead(text):
    """Return a size without the word that only says that it is one."""
    first, _, rest = text.partition(' ')
    return rest if rest and first.casefold() in ('size', 'age', 'ages', 'aged') else text


def _columns(parts, tails):
    """Return attributes, the values of each name, and what is the same in all and stays in the common name.

    :param list parts: of each name, a list of Part
    :param list tails: of each name, the text that they come from
    """
    kinds = [tuple(part.kind for part in row) for row in parts]
    if len(set(kinds)) == 1 and all(kinds[0]) and len(kinds[0]) in (1, 2) and len(set(kinds[0])) == len(kinds[0]):
        columns = [[row[place].text for row in parts] for place in range(len(kinds[0]))]
        return _drop_constant(list(kinds[0]), columns)
    broken = [list(filter(None, map(_clean, _BREAK.split(tail)))) for tail in tails]
    if {len(row) for row in broken} == {2}:
        columns = [list(column) for column in zip(*broken, strict=True)]
        return _drop_constant(_name_columns(columns), columns)
    found = {part.kind for row in parts for part in row} if all(len(row) < 2 for row in parts) else set()
    attribute = found.pop() or OTHER if len(found) == 1 else OTHER
    return ([attribute] if any(tails) else []), [[_clean(tail)] for tail in tails], ''


def _name_columns(columns):
    """Return the names of two attributes by the kinds of their values."""
    names = []
    for column in columns:
        kinds = {tuple(part.kind for part in _parts(text)) for text in column}
        kind = kinds.pop() if len(kinds) == 1 else ()
        name = kind[0] if len(kind) == 1 and kind[0] else OTHER
        names.append(name if name not in names else SECOND)
    return names


def _drop_constant(attributes, columns):
    """Return :func:`_columns` without an attribute that has one value only."""
    kept = [place for place, column in enumerate(columns) if len({text.casefold() for text in column}) > 1]
    if len(columns) == 1 or not kept:
        kept = list(range(len(columns)))
    constant = ' '.join(column[0] for place, column in enumerate(columns) if place not in kept)
    rows = [list(row) for row in zip(*(columns[place] for place in kept), strict=True)]
    return [attributes[place] for place in kept], rows, constant


def _clean(text):
    """Return a text without the marks at its edges."""
    return text.strip(_EDGE)
