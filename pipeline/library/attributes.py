"""The attributes of a report: found in it, told in a table, or corrected by hand; the surer one counts."""

from collections.abc import Iterable, Mapping

from pipeline.core.errors import UsageError
from pipeline.core.messages import language, tr
from pipeline.core.records import FinishedReport
from pipeline.library.records import ATTRIBUTES, BY_HAND, Attribute
from pipeline.output.digest.about import COLUMNS, YEAR
from pipeline.output.digest.gather import TOLD, head_of, masthead_of
from pipeline.output.digest.kind import kind_of
from pipeline.output.digest.records import ReportAttribute, ReportFacts
from pipeline.output.digest.unit import place_of_unit, place_or_units, unit_of
from pipeline.output.digest.when import year_of

LONGEST = 60  # characters of a value


def find(report: FinishedReport) -> dict[Attribute, ReportAttribute]:
    """Return what the title, name and text of a report say of it; nothing for what they do not say."""
    title, source, text = head_of(report), report.source, report.text
    found: dict[Attribute, ReportAttribute] = {
        "unit": unit_of(title, source, text),
        "place": place_or_units(title, source, text),
        "year": year_of(title, source, text),
        "kind": kind_of(masthead_of(report) or title, source),
    }
    return {name: value for name, value in found.items() if value.value}


def told(said: ReportFacts, source: str) -> dict[Attribute, ReportAttribute]:
    """Return what a table tells of a report; raises UsageError for what cannot be."""
    given: dict[Attribute, str] = {name: value for name in ATTRIBUTES if (value := getattr(said, name))}
    return checked(given, TOLD, source)


def by_hand(settings: Iterable[str]) -> dict[Attribute, ReportAttribute]:
    """Return what ``ATTRIBUTE=VALUE`` settings say; an empty value takes one away. Raises UsageError."""
    given: dict[Attribute, str] = {}
    names: dict[str, Attribute] = {word: name for name in ATTRIBUTES for word in COLUMNS[name]}
    for setting in settings:
        key, _, value = setting.replace("＝", "=", 1).partition("=")
        if key.strip() not in names:
            known = " ".join(f"{name}/{shown}" for name, shown in ATTRIBUTES.items())
            raise UsageError(tr("{setting}: no attribute of that name; known: {attributes}", setting=setting, attributes=known))
        name = names[key.strip()]
        if given.get(name, value.strip()) != value.strip():
            raise UsageError(
                tr("{setting}: {name} is {given} too; leave one of them out", setting=setting, name=called(name), given=given[name])
            )
        given[name] = value.strip()
    return checked(given, BY_HAND, " ".join(settings))


def called(name: Attribute) -> str:
    """Return the name of an attribute in the language of this process."""
    return name if language() == "en" else ATTRIBUTES[name]


def checked(given: Mapping[Attribute, str], basis: str, where: str) -> dict[Attribute, ReportAttribute]:
    """Return values with their basis; raises UsageError, which begins with ``where``, for a value that cannot be or contradicts."""
    for name, value in given.items():
        if len(value) > LONGEST or not value.isprintable():
            raise UsageError(
                tr(
                    "{where}: {name} must be no more than {longest} characters that can be seen",
                    where=where,
                    name=called(name),
                    longest=LONGEST,
                ),
                code="attribute",
            )
    year = given.get("year", "").removesuffix("年")
    if year and not YEAR.fullmatch(year):
        raise UsageError(
            tr("{where}: year={given} is no year; write it as 2024", where=where, given=given["year"]), code="attribute"
        )
    of_unit, place = place_of_unit(given.get("unit", "")), given.get("place", "")
    if of_unit and place and not (of_unit.endswith(place) or place.endswith(of_unit) or place in of_unit or of_unit in place):
        line = tr(
            "unit {given} lies in {of_unit}, which contradicts the place {place}; leave one of them out",
            given=given["unit"],
            of_unit=of_unit,
            place=place,
        )
        raise UsageError(tr("{where}: {line}", where=where, line=line), code="attribute")
    return {name: ReportAttribute(year if name == "year" else value, basis) for name, value in given.items()}
