# Helpers of the workflow: the grid as lists of files, and what a name means as params.
from collections import defaultdict
from types import SimpleNamespace

from initbench import datasets, inits, ledger_hash, source_checks
from initbench.claims import ledger as claims_ledger
from initbench.claims import names as claim_names
from initbench.claims import texts as claim_texts
from initbench.claims.adjudicators.kit import catalogue as adjudicators
from initbench.discovery import PACKAGE, modules
from initbench.errors import InitbenchError
from initbench.figures.kit import catalogue
from initbench.grid import config as grid, config_checks, fingerprint
from initbench.grid.cells import Meanings
from initbench.import_closure import closures

TABLES = ["curves", "layers", "outcomes"]
LEDGER_FOLDER = ROOT / "workflow" / "claims"

try:
    inits.look_in(config.get("methods"))
    grid.validate(
        config,
        ROOT,
        [Path(CONFIG_FILE), *workflow.overwrite_configfiles],
        workflow.config_settings.config,
    )
    if workflow.is_main_process:
        source_checks.check()
    LEDGER = claims_ledger.load(LEDGER_FOLDER)
except InitbenchError as error:
    stop(error)

RESULTS, REPORTS = config["results"], config["reports"]
MEANINGS = Meanings(config)
CELLS = defaultdict(list)
for cell in grid.cells(config):
    CELLS[cell.experiment].append(cell)

LEDGER_FILES = [os.path.relpath(f) for f in sorted(LEDGER_FOLDER.rglob("*.yaml"))]
LEDGER_PATH = os.path.relpath(LEDGER_FOLDER)
CLAIM_FILES = [os.path.relpath(f) for f in ledger_hash.documents(LEDGER_FOLDER)]
RULES = ledger_hash.rules_sha256(LEDGER_FOLDER)  # how each claim is measured
TEMPLATES = [
    os.path.relpath(f) for f in sorted((ROOT / "workflow/templates").rglob("*.*"))
]
DATASETS = sorted({cell.dataset for cells in CELLS.values() for cell in cells})
PROBES = config.get("probes", {})
ENSEMBLES = config.get("matrices", {})
MATRIX_TABLES = ["draws", "paths", "eigenvalues"]
# The checks without training look at its images.
MNIST = [
    name for name, data in config["datasets"].items() if data.get("name") == "MNIST"
]
# What a claim or figure may need besides experiments, with the collected tables behind it.
SPECIAL_TABLES = {
    "checks": ["checks"],
    "replay": ["replay_curves", "replay_spectra", "replay_panels"],
    **({"matrices": [f"matrices/{t}" for t in MATRIX_TABLES]} if ENSEMBLES else {}),
    **{probe: [f"probes/{probe}"] for probe in PROBES},
}
# Claims and figures that need an experiment which the config leaves out are not made.
AVAILABLE = {*CELLS, *SPECIAL_TABLES}
CATALOGUE = catalogue.catalogue()
ROWS = [row for row in LEDGER.rows if row.rule and AVAILABLE.issuperset(row.needs)]


def check_ledger():
    """Refuse a ledger that names what is neither in the grid nor looked for by anybody."""
    known = {*config["experiments"], *SPECIAL_TABLES, "matrices"}
    known.update(need for entry in CATALOGUE.values() for need in entry.needs)
    claim_names.check_rows(LEDGER, known | adjudicators.texts(), CATALOGUE)
    claim_names.check_beds(ROWS, config["beds"])
    claim_names.check_documents(LEDGER, config["documents"])
    claim_texts.check(LEDGER, LEDGER_FOLDER)


if workflow.is_main_process:
    try:
        check_ledger()
    except InitbenchError as error:
        stop(error)

BEDS = sorted({row.bed for row in ROWS})
FIGURES = {
    name: entry
    for name, entry in CATALOGUE.items()
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


def rule_file(method):
    """Return the file with the training rule of an init method."""
    return str(config_checks.rule_file(method, ROOT))


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
    return sources("prepare_data", datasets.source_file(source))


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
    """Return, for each folder of an experiment's runs, what the footers of its files must say."""
    names = ("experiment", "dataset", "architecture", "init", "seeds")
    return {
        f"{RESULTS}/runs/{cell.folder}": {
            **{name: getattr(cell, name) for name in names},
            "fingerprint": cell_fingerprint(cell),
        }
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


def tables_of_bed(wildcards):
    """Return the tables that the claims of a bed are measured on."""
    rows = [row for row in ROWS if row.bed == wildcards.bed]
    return tables_of(sorted({need for row in rows for need in row.needs}))


def claims_of_bed(wildcards):
    """Return the claims of a bed that this grid can measure."""
    return [row.id for row in ROWS if row.bed == wildcards.bed]


def rules_of_bed(wildcards):
    """Return by claim the hash of how it is measured, for the claims of a bed."""
    return {claim: RULES[claim] for claim in claims_of_bed(wildcards)}


def sources_of_bed(wildcards):
    """Return the source files that decide how the claims of a bed are measured."""
    claims = claims_of_bed(wildcards)
    return sources("measure_bed", *adjudicators.source_files(claims))


def tables_of_claim(wildcards):
    """Return the tables that one claim, and those it cites, are measured on."""
    rows = claims_ledger.cited(LEDGER, wildcards.claim)
    return tables_of(sorted({need for row in rows for need in row.needs}))


def tables_of_figure(wildcards):
    """Return the tables that a figure plots."""
    return tables_of(FIGURES[wildcards.figure].needs)


def sources_of_figure(wildcards):
    """Return the source files that a figure depends on."""
    files = catalogue.source_files(FIGURES[wildcards.figure])
    return [os.path.relpath(file) for file in files]


def sources(script, *found_by_name):
    """Return a script's code as its rule's input: all that it imports, directly or not.

    What it finds by name is told: files, or folders of the package.
    """
    files = [ROOT / "workflow" / "scripts" / f"{script}.py"]
    for path in found_by_name:
        files += modules(path).values() if isinstance(path, str) else [path]
    ours = [file for file in closures(files) if file.is_relative_to(PACKAGE)]
    return [os.path.relpath(file) for file in ours]


def rules_report():
    """Return the targets of a full run; the shards too, so that a deleted one is noticed."""
    runs = [file for cells in CELLS.values() for file in shards_of(cells)]
    runs += [file for probe in PROBES for file in shards_of_probe(probe)]
    runs += matrix_shards()
    return [f"{REPORTS}/report.html", f"{REPORTS}/verdicts.json", *runs]
