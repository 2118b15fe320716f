rule describe_environment:
    input:
        lock="requirements.lock",
        ledger=LEDGER_FILES,
        verdicts="<results>/verdicts.json",
    output:
        "<results>/environment.json",
    log:
        "logs/environment.log",
    message:
        "versions, processor, commit"
    script:
        "../scripts/describe_environment.py"


rule sum_costs:
    input:
        tables=tables_of(CELLS),
        evidence=expand(f"{RESULTS}/evidence/{{family}}.json", family=FAMILIES),
        source=sources("costs.py"),
    output:
        "<results>/costs.json",
    log:
        "logs/costs.log",
    message:
        "what it cost"
    script:
        "../scripts/sum_costs.py"


rule render_report:
    input:
        verdicts="<results>/verdicts.json",
        figures=expand(
            f"{RESULTS}/figures/{{figure}}.{{ending}}",
            figure=FIGURES,
            ending=["svg", "csv", "json"],
        ),
        board="<results>/board/verdict_board.svg",
        tables=tables_of(CELLS),
        manifests=expand(f"{RESULTS}/data/{{name}}/manifest.json", name=DATASETS),
        environment="<results>/environment.json",
        costs="<results>/costs.json",
        ledger=LEDGER_FILES,
        templates=TEMPLATES,
        source=sources("report/*.py"),
    output:
        report="<reports>/report.html",
        verdicts="<reports>/verdicts.json",
    log:
        "logs/report.log",
    benchmark:
        "<results>/benchmarks/report.tsv"
    params:
        config=dict(config),
        figures=sorted(FIGURES),
    message:
        "the report"
    script:
        "../scripts/render_report.py"
