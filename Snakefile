# initbench: from config.yaml to reports/report.html. This file is an index; the work is in
# workflow/rules (what depends on what) and src/initbench (the science).
import gc
import os
import sys

from snakemake.utils import min_version

min_version("9.12")

# Planning makes millions of objects that live to its end; to look among them for garbage is vain.
gc.set_threshold(200_000, 20, 20)


# The package works from the checkout: no installation step that could be stale.
SOURCE = os.path.join(workflow.basedir, "src")
sys.path.insert(0, SOURCE)
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [SOURCE, os.environ.get("PYTHONPATH")])
)

from initbench.yaml_files import first_fault

# Before Snakemake reads them, which takes the last of two equal keys in silence. A workflow that
# uses this one as a module and gives it a config has files of its own.
given = workflow.overwrite_configfiles
if not workflow.modifier.skip_configfile and (
    fault := first_fault(workflow.basedir, given)
):
    raise WorkflowError(f"initbench: {fault}")


configfile: "config.yaml"


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


# On a cluster these run where Snakemake does: they take seconds.
localrules:
    all,
    describe_environment,
    draw_board,
    judge_claims,
    judge_growth,
    render_report,
    sum_costs,
    write_manifest,


rule all:
    default_target: True
    input:
        rules_report(),


for method in methods_in_use():

    include: f"workflow/rules/inits/{method}.smk"
