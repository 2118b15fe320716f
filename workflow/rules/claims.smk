def beside(rows):
    """Return the experiments that rows report beside their rules and that this grid runs."""
    return sorted({name for row in rows for name in row.beside if name in AVAILABLE})


def beside_bed(wildcards):
    """Return what the claims of a bed report beside their rules."""
    return beside(row for row in ROWS if row.bed == wildcards.bed)


def beside_claim(wildcards):
    """Return what one claim, and those it cites, report beside their rules."""
    return beside(claims_ledger.cited(LEDGER, wildcards.claim))


def tables_beside_bed(wildcards):
    """Return the tables of what the claims of a bed report beside their rules."""
    return tables_of(beside_bed(wildcards))


def tables_beside_claim(wildcards):
    """Return the tables of what one claim reports beside its rule."""
    return tables_of(beside_claim(wildcards))


def sources_of_claim(wildcards):
    """Return the source files that decide how one claim, and those it cites, are measured."""
    claims = [row.id for row in claims_ledger.cited(LEDGER, wildcards.claim)]
    return sources("judge_one_claim", *adjudicators.source_files(claims))


rule measure_bed:
    input:
        tables=tables_of_bed,
        beside=tables_beside_bed,
        source=sources_of_bed,
    output:
        "<results>/evidence/{bed}.json",
    log:
        "<results>/logs/evidence/{bed}.log",
    benchmark:
        "<results>/benchmarks/evidence/{bed}.tsv"
    params:
        ledger=LEDGER_PATH,
        tables=f"{RESULTS}/tables",
        claims=claims_of_bed,
        rules=rules_of_bed,
        beside=beside_bed,
    message:
        "measure the claims of bed {wildcards.bed}"
    script:
        "../scripts/measure_bed.py"


rule judge_claims:
    input:
        evidence=expand(f"{RESULTS}/evidence/{{bed}}.json", bed=BEDS),
        source=sources("judge_claims"),
        ledger=CLAIM_FILES,
    output:
        "<results>/verdicts.json",
    log:
        "<results>/logs/judge.log",
    localrule: True  # on a cluster it runs where Snakemake does, for seconds
    params:
        ledger=LEDGER_PATH,
    message:
        "judge the claims"
    script:
        "../scripts/judge_claims.py"


# One claim alone, from its own experiments only: make report ARGS=results/verdicts/D17.json
rule judge_one_claim:
    input:
        tables=tables_of_claim,
        beside=tables_beside_claim,
        source=sources_of_claim,
        ledger=CLAIM_FILES,
    output:
        "<results>/verdicts/{claim}.json",
    log:
        "<results>/logs/verdicts/{claim}.log",
    params:
        ledger=LEDGER_PATH,
        tables=f"{RESULTS}/tables",
        beside=beside_claim,
    message:
        "judge claim {wildcards.claim} alone"
    script:
        "../scripts/judge_one_claim.py"
