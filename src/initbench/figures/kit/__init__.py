"""What figures share: the catalogue and the registry, style, tables to plot, panels, saving."""
