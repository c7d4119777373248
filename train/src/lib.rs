//! Devices, fitting, checkpoints, experiments and reports.
