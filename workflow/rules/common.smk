# Helpers of the workflow: the grid as lists of files, and what a name means as params.
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

from initbench import config as grid
from initbench import datasets, figure_catalogue, provenance
from initbench.claims import ledger as claims_ledger
from initbench.errors import InitbenchError
from initbench.meanings import Meanings

ROOT = Path(workflow.basedir)
RESULTS = config.get("results", "results")
REPORTS = config.get("reports", "reports")
TABLES = ["curves", "layers", "outcomes"]


def stop(error):
    """End Snakemake with one sentence instead of a traceback."""
    raise WorkflowError(f"initbench: {error}")


try:
    grid.validate(config, ROOT)
    LEDGER = claims_ledger.load(ROOT / "workflow" / "claims")
    for document in config["documents"]:
        LEDGER.document(document)
except InitbenchError as error:
    stop(error)

MEANINGS = Meanings(config)
CELLS = defaultdict(list)
for cell in grid.cells(config):
    CELLS[cell.experiment].append(cell)

LEDGER_FOLDER = ROOT / "workflow" / "claims"
LEDGER_FILES = [os.path.relpath(f) for f in sorted(LEDGER_FOLDER.rglob("*.yaml"))]
TEMPLATES = [
    os.path.relpath(f) for f in sorted((ROOT / "workflow/templates").rglob("*.*"))
]
DATASETS = sorted({cell.dataset for cells in CELLS.values() for cell in cells})
PROBES = config.get("probes", {})
ENSEMBLES = config.get("matrices", {})
MATRIX_TABLES = ["draws", "paths", "eigenvalues"]
# What a claim or figure may need besides experiments, with the collected tables behind it.
SPECIAL_TABLES = {
    "checks": ["checks"],
    "replay": ["replay_curves", "replay_spectra", "replay_panels"],
    **({"matrices": [f"matrices/{t}" for t in MATRIX_TABLES]} if ENSEMBLES else {}),
    **{probe: [f"probes/{probe}"] for probe in PROBES},
}
# Claims and figures that need an experiment which the config leaves out are not made.
AVAILABLE = {*CELLS, *SPECIAL_TABLES}
ROWS = [row for row in LEDGER.rows if row.rule and AVAILABLE.issuperset(row.needs)]
FAMILIES = sorted({row.family for row in ROWS})
FIGURES = {
    name: entry
    for name, entry in figure_catalogue.catalogue().items()
    if AVAILABLE.issuperset(entry.needs)
}


wildcard_constraints:
    experiment="|".join(map(re.escape, config["experiments"])),
    dataset="|".join(map(re.escape, config["datasets"])),
    probe="|".join(map(re.escape, PROBES)) or "(?!)",
    ensemble="|".join(map(re.escape, ENSEMBLES)) or "(?!)",
    seeds=r"\d+-\d+",


def methods_in_use():
    """Return the init methods that the grid needs, each with a rule file of its own."""
    names = {cell.init for cells in CELLS.values() for cell in cells}
    return sorted({config["inits"][name]["method"] for name in names})


def instances(method):
    """Return the wildcard of the configured inits that are instances of `method`."""
    names = [n for n, spec in config["inits"].items() if spec["method"] == method]
    return "{init,%s}" % "|".join(map(re.escape, names))


def meaning_of_data(wildcards):
    """Return the entry of a dataset in config.yaml."""
    return dict(config["datasets"][wildcards.dataset])


def source_of_data(wildcards):
    """Return the source files that a dataset depends on."""
    source = config["datasets"][wildcards.dataset]["source"]
    files = [provenance.PACKAGE / "seeds.py", datasets.source_file(source)]
    return [os.path.relpath(file) for file in files]


def cell_spec(wildcards):
    """Return what the names of a cell mean: a change reruns the cell."""
    return MEANINGS.of(wildcards).spec


def cell_fingerprint(wildcards):
    """Return the hash of a cell's meaning and sources: an edit reruns it, a new date does not."""
    return MEANINGS.of(wildcards).fingerprint


def shards_of(cells):
    """Return the Parquet files of training jobs."""
    return [
        f"{RESULTS}/runs/{c.folder}/{table}.parquet" for c in cells for table in TABLES
    ]


def shards(wildcards):
    """Return the Parquet files of an experiment."""
    return shards_of(CELLS[wildcards.experiment])


def expected_footers(wildcards):
    """Return, for each folder of an experiment's runs, the fingerprint that it must carry."""
    return {
        f"{RESULTS}/runs/{cell.folder}": cell_fingerprint(cell)
        for cell in CELLS[wildcards.experiment]
    }


def tables_of(needs):
    """Return the collected tables that `needs` names: experiments, checks, replay."""
    names = [
        name
        for need in needs
        for name in SPECIAL_TABLES.get(need) or [f"{need}/{t}" for t in TABLES]
    ]
    return [f"{RESULTS}/tables/{name}.parquet" for name in names]


def tables_of_family(wildcards):
    """Return the tables that the claims of a family are measured on."""
    rows = [row for row in ROWS if row.family == wildcards.family]
    return tables_of(sorted({need for row in rows for need in row.needs}))


def claims_of_family(wildcards):
    """Return the claims of a family that this grid can measure."""
    return [row.id for row in ROWS if row.family == wildcards.family]


def tables_of_claim(wildcards):
    """Return the tables that one claim, and those it cites, are measured on."""
    rows = claims_ledger.cited(LEDGER, wildcards.claim)
    return tables_of(sorted({need for row in rows for need in row.needs}))


def tables_of_figure(wildcards):
    """Return the tables that a figure plots."""
    return tables_of(FIGURES[wildcards.figure].needs)


def sources_of_figure(wildcards):
    """Return the source files that a figure depends on."""
    files = figure_catalogue.source_files(FIGURES[wildcards.figure])
    return [os.path.relpath(file) for file in files]


def sources(*folders):
    """Return the Python files below folders of the package: a rule's code as its input."""
    package = ROOT / "src" / "initbench"
    return [
        os.path.relpath(file)
        for folder in folders
        for file in sorted(package.glob(folder))
    ]


def rules_report():
    """Return the targets of a full run; the shards too, so that a deleted one is noticed."""
    runs = [file for cells in CELLS.values() for file in shards_of(cells)]
    runs += [file for probe in PROBES for file in shards_of_probe(probe)]
    runs += matrix_shards()
    return [f"{REPORTS}/report.html", f"{REPORTS}/verdicts.json", *runs]
