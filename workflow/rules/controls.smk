# Controls of the pipeline itself, for the report: A against A, a known failure, verdicts on fewer
# seeds and at another learning rate.
from initbench.controls import EXPERIMENTS

CONTROLLED = [name for name in CELLS if name in EXPERIMENTS]
EVIDENCE = expand(f"{RESULTS}/evidence/{{bed}}.json", bed=BEDS)
TRAINED = [
    bed for bed in BEDS if any(r.bed == bed and set(r.needs) & set(CELLS) for r in ROWS)
]


def seeds_of_bed(wildcards):
    """Return the number of seeds of each cell that the claims of a bed need, by its name."""
    needs = {need for row in ROWS if row.bed == wildcards.bed for need in row.needs}
    counts = defaultdict(int)
    for cell in (cell for need in sorted(needs) for cell in CELLS.get(need, [])):
        counts[
            f"{cell.experiment}/{cell.dataset}/{cell.architecture}/{cell.init}"
        ] += cell.count
    return dict(counts)


def sources_of_growth(wildcards):
    """Return the source files that decide how a bed is measured on fewer seeds."""
    return [*sources("grow_bed"), *sources_of_bed(wildcards)]


rule grow_bed:
    input:
        tables=tables_of_bed,
        evidence="<results>/evidence/{bed}.json",
        source=sources_of_growth,
    output:
        "<results>/stability/{bed}.json",
    log:
        "<results>/logs/stability/{bed}.log",
    benchmark:
        "<results>/benchmarks/stability/{bed}.tsv"
    params:
        ledger=LEDGER_PATH,
        rules=rules_of_bed,
        tables=f"{RESULTS}/tables",
        claims=claims_of_bed,
        counts=seeds_of_bed,
        first=config["seed_base"],
    message:
        "measure the claims of bed {wildcards.bed} on fewer seeds"
    script:
        "../scripts/grow_bed.py"


rule judge_growth:
    input:
        grown=expand(f"{RESULTS}/stability/{{bed}}.json", bed=TRAINED),
        evidence=EVIDENCE,
        source=sources("judge_growth"),
        ledger=CLAIM_FILES,
    output:
        "<results>/stability.json",
    log:
        "<results>/logs/stability.log",
    localrule: True
    params:
        ledger=LEDGER_PATH,
    message:
        "judge the claims on fewer seeds"
    script:
        "../scripts/judge_growth.py"


rule run_controls:
    input:
        tables=tables_of(CONTROLLED),
        evidence=EVIDENCE,
        source=sources("run_controls"),
    output:
        "<results>/controls.json",
    log:
        "<results>/logs/controls.log",
    benchmark:
        "<results>/benchmarks/controls.tsv"
    params:
        ledger=LEDGER_PATH,
        rules=RULES,
        tables=f"{RESULTS}/tables",
        experiments=CONTROLLED,
    message:
        "A against A, and the known failure"
    script:
        "../scripts/run_controls.py"
