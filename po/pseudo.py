#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a catalogue of a language that nobody speaks from a template.

pseudo.py TEMPLATE.pot OUT.po: every letter of a text becomes one with an accent,
and the text becomes twice as long. What is seen without accents on a screen was
never looked up; what is cut has too little room. Conversions (%s) stay.
"""

import re
import sys

PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ACCENT = "áƀćđéƒǵħíĵķļɱńóþɋŕśťúṽŵẋýžÁƁĆĐÉƑǴĦÍĴĶĻṀŃÓÞɊŔŚŤÚṼŴẊÝŽ"
TABLE = str.maketrans(PLAIN, ACCENT)

# A conversion, an escape of the file's own, or anything else.
PIECE = re.compile(r"%%|%[-+ #0-9.*]*(?:hh|h|ll|l|z|j|t)?[a-zA-Z]|\\.|[^%\\]+|.", re.DOTALL)

HEADER = (
    'msgid ""\nmsgstr ""\n'
    '"Project-Id-Version: steward\\n"\n'
    '"PO-Revision-Date: 2026-01-01 00:00+0000\\n"\n'
    '"Last-Translator: nobody\\n"\n'
    '"Language-Team: nobody\\n"\n'
    '"Language: xx\\n"\n'
    '"MIME-Version: 1.0\\n"\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Content-Transfer-Encoding: 8bit\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
)


def pseudo(text):
    """The text of a msgstr, with the escapes of the file."""
    out = []
    letters = 0
    for piece in PIECE.findall(text):
        if piece[0] in "%\\" and len(piece) > 1:
            out.append(piece)
        else:
            out.append(piece.translate(TABLE))
            letters += len(piece)
    line = "".join(out)
    # Twice as long: filled before an end of line, which must stay last.
    tail = "~" * letters
    if line.endswith("\\n"):
        return line[:-2] + tail + "\\n"
    return line + tail


def entries(lines):
    """Blocks of a template: lists of (keyword, text)."""
    block = []
    for line in lines:
        line = line.rstrip("\n")
        if not line:
            if block:
                yield block
            block = []
        elif line.startswith("#"):
            if line.startswith("#,"):
                block.append(("flags", line))
        elif line.startswith('"'):
            keyword, text = block[-1]
            block[-1] = (keyword, text + line[1:-1])
        else:
            keyword, text = line.split(" ", 1)
            block.append((keyword, text[1:-1]))
    if block:
        yield block


def main(template, out):
    with open(template, encoding="utf-8") as lines:
        blocks = list(entries(lines))
    with open(out, "w", encoding="utf-8") as target:
        target.write(HEADER)
        for block in blocks:
            words = dict(block)
            if not words.get("msgid"):
                continue
            target.write("\n")
            if "flags" in words:
                target.write(words["flags"].replace("fuzzy, ", "") + "\n")
            if "msgctxt" in words:
                target.write(f'msgctxt "{words["msgctxt"]}"\n')
            target.write(f'msgid "{words["msgid"]}"\n')
            if "msgid_plural" in words:
                target.write(f'msgid_plural "{words["msgid_plural"]}"\n')
                target.write(f'msgstr[0] "{pseudo(words["msgid"])}"\n')
                target.write(f'msgstr[1] "{pseudo(words["msgid_plural"])}"\n')
            else:
                target.write(f'msgstr "{pseudo(words["msgid"])}"\n')


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
