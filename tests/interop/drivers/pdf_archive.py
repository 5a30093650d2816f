"""What PDF/A-2a (ISO 19005-2) asks of a file, as far as its objects tell; a program by itself.

Prints `planned N`, `ok NAME` and `not ok NAME - why`.
"""

import sys

import pikepdf


def fonts_of(pdf):
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Font":
            yield one


def is_embedded(font):
    descriptor = font.get("/FontDescriptor")
    if descriptor is None:
        return True  # a composite font: its descendant has it
    return any(name in descriptor for name in ("/FontFile", "/FontFile2", "/FontFile3"))


def names_in(pdf):
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary):
            yield from (str(key) for key in one.keys())
            yield from (str(one.get(key)) for key in ("/S", "/Subtype", "/Type") if key in one)


def structure(node):
    if isinstance(node, pikepdf.Array):
        for one in node:
            yield from structure(one)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield str(node.S)
        if "/K" in node:
            yield from structure(node.K)


def checks(path):
    pdf = pikepdf.open(path)
    root = pdf.Root
    metadata = root.get("/Metadata")
    xmp = b"" if metadata is None else metadata.read_raw_bytes()
    names = set(names_in(pdf))
    tags = list(structure(root.StructTreeRoot.K)) if "/StructTreeRoot" in root else []
    intents = root.get("/OutputIntents", [])
    header = open(path, "rb").read(16)
    return {
        "header of version 1.0 to 1.7, and a binary comment": header.startswith(b"%PDF-1."),
        "not encrypted (6.1.3)": not pdf.is_encrypted,
        "an ID in the trailer (6.1.3)": "/ID" in pdf.trailer,
        "metadata as plain XMP (6.6.2)": b"<x:xmpmeta" in xmp and "/Filter" not in metadata,
        "says that it is PDF/A-2a (6.6.4)": b"<pdfaid:part>2<" in xmp
        and b"<pdfaid:conformance>A<" in xmp,
        "says that it is PDF/UA-1": b"<pdfuaid:part>1<" in xmp,
        "an output intent with a profile (6.2.3)": any(
            one.get("/S") == "/GTS_PDFA1" and "/DestOutputProfile" in one for one in intents
        ),
        "every font is embedded (6.2.11.4)": all(is_embedded(one) for one in fonts_of(pdf)),
        "every font tells its characters (6.2.11.7)": all(
            "/ToUnicode" in one for one in fonts_of(pdf) if one.get("/Subtype") == "/Type0"
        ),
        "marked and tagged (6.7.2)": bool(root.MarkInfo.Marked) and "/Document" in tags,
        "a heading first, and tables with heads": tags.index("/H1") < tags.index("/Table")
        and "/TH" in tags,
        "a language (6.7.4)": str(root.get("/Lang", "")).lower().startswith("fr"),
        "its title is shown": bool(root.ViewerPreferences.DisplayDocTitle),
        "no scripts, files, media or launching (6.4, 6.8)": not names
        & {"/JavaScript", "/JS", "/Launch", "/EmbeddedFiles", "/Movie", "/Sound", "/RichMedia"},
        "no LZW (6.1.7)": "/LZWDecode" not in names,
    }


found = checks(sys.argv[1])
print(f"planned {len(found)}")
for name, holds in found.items():
    print(f"ok {name}" if holds else f"not ok {name} - it does not")
