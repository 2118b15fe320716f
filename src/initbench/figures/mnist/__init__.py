"""The net of document D on MNIST: constants, equal units, single layers, learning curves."""
