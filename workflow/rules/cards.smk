# What the card of each init method measures; its texts stand with the method.
PROPAGATION = [
    name for name, probe in PROBES.items() if probe["measure"] == "propagation"
]


def nets_of_methods():
    """Return an architecture that each method fills somewhere in the grid, by method."""
    found = {}
    for cell in (cell for cells in CELLS.values() for cell in cells):
        entry = dict(config["architectures"][cell.architecture])
        found.setdefault(config["inits"][cell.init]["method"], entry)
    return found


rule make_cards:
    input:
        probes=tables_of(PROPAGATION),
        methods=[os.path.relpath(inits.source_file(m)) for m in methods_in_use()],
        source=sources(
            "make_cards", "inits", "architectures", PACKAGE / "inits" / "_catalogue.py"
        ),
    output:
        "<results>/cards.json",
    log:
        "<results>/logs/cards.log",
    benchmark:
        "<results>/benchmarks/cards.tsv"
    params:
        tables=f"{RESULTS}/tables",
        inits={name: dict(entry) for name, entry in config["inits"].items()},
        nets=nets_of_methods(),
        probes=PROPAGATION,
    message:
        "the cards of the init methods"
    script:
        "../scripts/make_cards.py"
