rule draw_figure:
    input:
        tables=tables_of_figure,
        source=sources_of_figure,
    output:
        svg="<results>/figures/{figure}.svg",
        csv="<results>/figures/{figure}.csv",
        json="<results>/figures/{figure}.json",
        pdf="<results>/figures/{figure}.pdf",
    log:
        "<results>/logs/figures/{figure}.log",
    benchmark:
        "<results>/benchmarks/figures/{figure}.tsv"
    wildcard_constraints:
        figure="|".join(FIGURES),
    params:
        tables=f"{RESULTS}/tables",
    message:
        "figure {wildcards.figure}"
    script:
        "../scripts/draw_figure.py"


rule draw_board:
    input:
        verdicts="<results>/verdicts.json",
        ledger=CLAIM_FILES,
        source=sources("draw_board"),
    output:
        svg="<results>/board/verdict_board.svg",
        png="<results>/board/verdict_board.png",
    log:
        "<results>/logs/figures/verdict_board.log",
    localrule: True
    params:
        ledger=LEDGER_PATH,
    message:
        "the board of verdicts"
    script:
        "../scripts/draw_board.py"
