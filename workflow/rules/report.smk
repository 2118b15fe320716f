# The names of the tables behind whatever a claim or figure may need.
NEEDS = {
    need: SPECIAL_TABLES.get(need) or [f"{need}/{table}" for table in TABLES]
    for need in sorted(AVAILABLE)
}


rule describe_environment:
    input:
        lock=here("requirements.lock"),
        ledger=LEDGER_FILES,
        verdicts="<results>/verdicts.json",
        source=sources("describe_environment"),
    output:
        "<results>/environment.json",
    log:
        "<results>/logs/environment.log",
    localrule: True
    message:
        "versions, processor, commit"
    script:
        "../scripts/describe_environment.py"


rule sum_costs:
    input:
        last="<results>/manifest.json",  # which comes after all that is counted
        source=sources("sum_costs", "architectures", "datasets"),
    output:
        "<results>/costs.json",
    log:
        "<results>/logs/costs.log",
    localrule: True
    params:
        config=dict(config),
    message:
        "what it cost"
    script:
        "../scripts/sum_costs.py"


rule write_manifest:
    input:
        tables=tables_of(NEEDS),
        figures=expand(
            f"{RESULTS}/figures/{{figure}}.{{ending}}",
            figure=FIGURES,
            ending=["svg", "csv", "pdf"],
        ),
        verdicts="<results>/verdicts.json",
        environment="<results>/environment.json",
        controls="<results>/controls.json",
        stability="<results>/stability.json",
        cards="<results>/cards.json",
        source=sources("write_manifest"),
    output:
        "<results>/manifest.json",
    log:
        "<results>/logs/manifest.log",
    localrule: True
    params:
        needs=NEEDS,
        figures={name: list(spec.needs) for name, spec in FIGURES.items()},
    message:
        "checksums of tables and figures"
    script:
        "../scripts/write_manifest.py"


rule render_report:
    input:
        verdicts="<results>/verdicts.json",
        manifest="<results>/manifest.json",
        figures=expand(
            f"{RESULTS}/figures/{{figure}}.{{ending}}",
            figure=FIGURES,
            ending=["svg", "csv", "json", "pdf"],
        ),
        board="<results>/board/verdict_board.svg",
        tables=tables_of(CELLS),
        manifests=expand(f"{RESULTS}/data/{{name}}/manifest.json", name=DATASETS),
        environment="<results>/environment.json",
        costs="<results>/costs.json",
        stability="<results>/stability.json",
        controls="<results>/controls.json",
        cards="<results>/cards.json",
        ledger=LEDGER_FILES,
        templates=TEMPLATES,
        source=sources("render_report"),
    output:
        report="<reports>/report.html",
        verdicts="<reports>/verdicts.json",
        manifest="<reports>/manifest.json",
        citations="<reports>/report.bib",  # and figures and tables, see grid/folders.py
    log:
        "<results>/logs/report.log",
    benchmark:
        "<results>/benchmarks/report.tsv"
    localrule: True
    params:
        config=dict(config),
        ledger=LEDGER_PATH,
        figures=sorted(FIGURES),
    message:
        "the report"
    script:
        "../scripts/render_report.py"
