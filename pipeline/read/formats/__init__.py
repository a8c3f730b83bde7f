"""The formats: each is the module of its name, with a function ``read``; see ``pipeline.read``."""

# The endings of each format's names. They stand here so that only the module that is used is loaded.
FORMATS: dict[str, tuple[str, ...]] = {
    "csv": (".csv", ".tsv"),
    "doc": (".doc", ".dot", ".wps", ".wpt"),
    "docx": (".docx", ".docm", ".dotx", ".dotm"),
    "eml": (".eml",),
    "epub": (".epub",),
    "html": (".html", ".htm", ".xhtml", ".shtml"),
    "md": (".md", ".markdown"),
    "mhtml": (".mhtml", ".mht"),
    "odt": (".odt", ".ott", ".fodt"),
    "office_xml": (),  # .xml may be anything
    "ofd": (".ofd",),
    "pdf": (".pdf",),
    "picture": (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif"),
    "ppt": (".ppt", ".pps", ".pot", ".dps", ".dpt", ".odp", ".fodp", ".otp"),
    "pptx": (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"),
    "rtf": (".rtf",),
    "sheet": (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".fods", ".et", ".ett"),
    "txt": (".txt", ".text"),
    "uof": (".uof", ".uot", ".uos", ".uop"),
}
PICTURES = frozenset(FORMATS["picture"])
