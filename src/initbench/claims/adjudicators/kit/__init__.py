"""What the beds share: the registry, and what is picked from runs, probes and checks."""
