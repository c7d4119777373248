//! Click-through and multi-task recommendation: DIN, FinalMLP, DTRN and their baselines.
