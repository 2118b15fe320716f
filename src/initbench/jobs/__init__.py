"""How a job of the workflow runs: its log, its errors, and the process that it is forked from."""
