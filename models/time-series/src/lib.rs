//! Forecasting with TSMixer, with weights from and for transformers.
