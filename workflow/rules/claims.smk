rule measure_family:
    input:
        tables=tables_of_family,
        source=sources("claims/**/*.py", "statistics/*.py"),
        ledger=LEDGER_FILES,
    output:
        "<results>/evidence/{family}.json",
    log:
        "<results>/logs/evidence/{family}.log",
    benchmark:
        "<results>/benchmarks/evidence/{family}.tsv"
    params:
        tables=f"{RESULTS}/tables",
        claims=claims_of_family,
    message:
        "measure the claims of family {wildcards.family}"
    script:
        "../scripts/measure_family.py"


rule judge_claims:
    input:
        evidence=expand(f"{RESULTS}/evidence/{{family}}.json", family=FAMILIES),
        source=sources("claims/*.py"),
        ledger=LEDGER_FILES,
    output:
        "<results>/verdicts.json",
    log:
        "<results>/logs/judge.log",
    message:
        "judge the claims"
    script:
        "../scripts/judge_claims.py"


# One claim alone, from its own experiments only: snakemake -c2 results/verdicts/D17.json
rule judge_one_claim:
    input:
        tables=tables_of_claim,
        source=sources("claims/**/*.py", "statistics/*.py"),
        ledger=LEDGER_FILES,
    output:
        "<results>/verdicts/{claim}.json",
    log:
        "<results>/logs/verdicts/{claim}.log",
    params:
        tables=f"{RESULTS}/tables",
    message:
        "judge claim {wildcards.claim} alone"
    script:
        "../scripts/judge_one_claim.py"
