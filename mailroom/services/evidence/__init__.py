"""Chain, checkpoints, bundles: what proves that nothing was changed."""
