"""A card for each init method: its texts, its law and signals as measured, and its results."""

from collections.abc import Iterator
from dataclasses import dataclass

from initbench.report.inputs import Record, ReportInputs

SHOWN = 12  # results of a card; the accuracy tables hold all
INIT, RUNS, ACCURACY = 0, 1, 2  # columns of an accuracy table


@dataclass(frozen=True)
class Result:
    """One cell of an accuracy table: where an init ranks among the inits of the same task."""

    experiment: str
    task: str
    init: str
    runs: int
    accuracy: str
    rank: int
    rivals: int


@dataclass(frozen=True)
class Card:
    """One method: the record of its card, its results, and how many more there are."""

    record: Record
    results: list[Result]
    more: int

    @property
    def used(self) -> bool:
        """Whether this run knows an instance of the method."""
        return bool(self.record["instances"])


def cards(inputs: ReportInputs) -> list[Card]:
    """Return the cards of all methods by title, those of methods without an instance last."""
    made = [_card(record, inputs) for record in inputs.cards]
    return sorted(made, key=lambda card: (not card.used, card.record["title"].lower()))


def _card(record: Record, inputs: ReportInputs) -> Card:
    found = list(_results(set(record["instances"]), inputs.tables))
    return Card(record, found[:SHOWN], max(0, len(found) - SHOWN))


def _results(instances: set[str], tables: list[Record]) -> Iterator[Result]:
    """Yield the results of the instances, in the order of the tables."""
    for table in tables:
        for group in table["groups"]:
            for rank, row in enumerate(group["rows"], start=1):
                if row[INIT] in instances:
                    yield Result(
                        table["title"],
                        group["name"],
                        row[INIT],
                        row[RUNS],
                        row[ACCURACY],
                        rank,
                        len(group["rows"]),
                    )
