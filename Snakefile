# initbench: from config.yaml to reports/report.html. This file is an index; the work is in
# workflow/rules (what depends on what) and src/initbench (the science).
import gc
import os

from snakemake.utils import min_version

min_version("9.12")

# Planning makes millions of objects that live to its end; to look among them for garbage is vain.
gc.set_threshold(200_000, 20, 20)


include: "workflow/rules/places.smk"


# The working directory's, if it has one.
CONFIG_FILE = "config.yaml" if os.path.exists("config.yaml") else here("config.yaml")
# Before Snakemake reads them, which takes the last of two equal keys in silence.
refuse_unreadable([CONFIG_FILE, *workflow.overwrite_configfiles])


configfile: CONFIG_FILE


include: "workflow/rules/common.smk"


# After the config is validated: a path with braces, or a number, would be an odd crash here.
pathvars:
    results=RESULTS,
    reports=REPORTS,
    init="{init,(?!)}",


include: "workflow/rules/hooks.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/probe.smk"
include: "workflow/rules/matrices.smk"
include: "workflow/rules/checks.smk"
include: "workflow/rules/replay.smk"
include: "workflow/rules/aggregate.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/controls.smk"
include: "workflow/rules/cards.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        rules_report(),
    localrule: True


for method in methods_in_use():

    include: rule_file(method)
