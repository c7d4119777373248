//! Multi-layer perceptrons that scale, for Burn.
