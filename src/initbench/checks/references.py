"""References and frontmatter of the documents, audited by hand (C26, D41 to D44)."""

import re
from dataclasses import dataclass

from initbench.checks._registry import Measurement, check


@dataclass(frozen=True)
class Reference:
    """A cited paper and the address that the document gives for it."""

    first_author: str
    year: int
    title: str
    address: str


REFERENCES = (
    Reference(
        "Glorot",
        2010,
        "Understanding the difficulty of training deep feedforward neural networks",
        "http://proceedings.mlr.press/v9/glorot10a.html",
    ),
    Reference(
        "He",
        2015,
        "Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet "
        "Classification",
        "https://arxiv.org/abs/1502.01852",
    ),
)
PMLR = re.compile(
    r"https?://proceedings\.mlr\.press/v(?P<volume>\d+)/(?P<author>[a-z]+)(\d\d)[a-z]\.html"
)
PMLR_VOLUMES = {9: 2010}  # volume 9 is AISTATS 2010
ARXIV = re.compile(r"https?://arxiv\.org/abs/(?P<year>\d\d)(0[1-9]|1[0-2])\.\d{5}")


def is_consistent(reference: Reference) -> bool:
    """Return whether the address is well formed and names the author or year of the paper.

    A PMLR address holds volume, first author and year; an arXiv number holds year and month.
    """
    if match := PMLR.fullmatch(reference.address):
        year = PMLR_VOLUMES.get(int(match["volume"]))
        key = (match["author"], 2000 + int(match[3]))
        return year == reference.year and key == (reference.first_author.lower(), reference.year)
    match = ARXIV.fullmatch(reference.address)
    return match is not None and 2000 + int(match["year"]) == reference.year


@check("D43", "d43_identifiers_valid")
def identifiers_valid() -> Measurement:
    """Return 1 if both addresses are well formed and fit author and year, without going online."""
    listed = "; ".join(f"{r.first_author} {r.year}, {r.title}: {r.address}" for r in REFERENCES)
    return Measurement(all(map(is_consistent, REFERENCES)), 1, 0, listed)


@check("D41", "d41_chapter_exists")
def chapter_exists() -> Measurement:
    """Return 0: the book Deep Learning (Goodfellow, Bengio and Courville, 2016) has none such."""
    detail = (
        "no chapter of Deep Learning (2016) is called parametrized models; the strategies of "
        "parameter initialization are section 8.4, in the chapter on optimization"
    )
    return Measurement(0, 1, 0, detail)


@check("D42", "d42_first_demonstration")
def first_demonstration() -> Measurement:
    """Return 0: AlexNet starts from random weights, but convolutional nets had done so long before.

    Krizhevsky, Sutskever and Hinton 2012, section 5; LeCun et al. 1989.
    """
    detail = (
        "AlexNet (2012) draws its weights from a Gaussian of standard deviation 0.01, but "
        "convolutional nets started from random weights long before, such as LeCun et al. (1989)"
    )
    return Measurement(0, 1, 0, detail)


@check("D44", "d44_frontmatter_shown")
def frontmatter_shown() -> Measurement:
    """Return 0: the page has the fields of a frontmatter, but not the fence that opens it."""
    detail = (
        "the page's text begins with title and tags, but no line --- opens them, so a pasted note "
        "has no frontmatter"
    )
    return Measurement(0, 1, 0, detail)


# As document C gives it, and as the title page of the first edition has it.
CITED_BOOK = (
    ("Van Loan", "Golub"),
    (1983, "Matrix computations", "Johns Hopkins University Press"),
)
BOOK = (("Golub", "Van Loan"), (1983, "Matrix computations", "Johns Hopkins University Press"))


@check("C26", "c26_authors")
def authors() -> Measurement:
    """Return how many of the book's two authors the document names."""
    return Measurement(len({*CITED_BOOK[0]} & {*BOOK[0]}), 2, 0, "Gene Golub and Charles Van Loan")


@check("C26", "c26_order")
def order_of_authors() -> Measurement:
    """Return 1 if the authors stand in the order of the title page, else 0."""
    return Measurement(CITED_BOOK[0] == BOOK[0], 1, 0, "the title page names Golub first")


@check("C26", "c26_imprint")
def imprint() -> Measurement:
    """Return how many of year, title and publisher are those of the title page."""
    same = sum(cited == real for cited, real in zip(CITED_BOOK[1], BOOK[1], strict=True))
    return Measurement(same, 3, 0, ", ".join(map(str, BOOK[1])))
